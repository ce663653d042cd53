import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP way to a server that a test can shut: connections break, new ones are refused. */
export class TcpGate {
  private readonly sockets = new Set<Socket>();
  private server: Server;
  private port = 0;

  private constructor(private readonly target: { host: string; port: number }) {
    this.server = this.createServer();
  }

  /** @returns the gate, and `url` with the gate's address. */
  static async open(url: string): Promise<{ gate: TcpGate; url: string }> {
    const through = new URL(url);
    const gate = new TcpGate({ host: through.hostname, port: Number(through.port || 5432) });
    await gate.listen();
    through.hostname = '127.0.0.1';
    through.port = String(gate.port);
    return { gate, url: through.href };
  }

  async shut(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  async reopen(): Promise<void> {
    this.server = this.createServer();
    await this.listen();
  }

  private createServer(): Server {
    return createServer((near) => {
      const far = connect(this.target.port, this.target.host);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
  }

  private async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (this.server.address() as AddressInfo).port;
  }
}
