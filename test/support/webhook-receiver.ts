import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedWebhook {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Listens on loopback for webhooks and keeps them as they came, for specs that verify them by themselves. Answers 204 unless told otherwise. */
export class WebhookReceiver {
  received: ReceivedWebhook[] = [];
  answer: (webhook: ReceivedWebhook, response: ServerResponse) => void = () => undefined;

  private constructor(private readonly server: Server) {
    this.reset();
  }

  static async start(): Promise<WebhookReceiver> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const headers = request.headers as Record<string, string>;
        const webhook = { path: request.url ?? '', headers, body: Buffer.concat(chunks).toString() };
        own.received.push(webhook);
        own.answer(webhook, response);
      });
    });
    const own = new WebhookReceiver(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return own;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `${this.origin}/hook`;
  }

  reset(): void {
    this.received = [];
    this.answer = (_, response) => response.writeHead(204).end();
  }

  receivedAt(path: string): ReceivedWebhook[] {
    return this.received.filter((webhook) => webhook.path === path);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
