import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Heard {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks that answers as a spec says; 204 unless told otherwise. */
export class HookServer {
  heard: Heard[] = [];
  answer: (request: Heard, response: ServerResponse) => void = () => undefined;

  private constructor(private readonly server: Server) {
    this.reset();
  }

  static async start(): Promise<HookServer> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() };
        own.heard.push(one);
        own.answer(one, response);
      });
    });
    const own = new HookServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return own;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  reset(): void {
    this.heard = [];
    this.answer = (_, response) => response.writeHead(204).end();
  }

  heardAt(path: string): Heard[] {
    return this.heard.filter((one) => one.path === path);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
