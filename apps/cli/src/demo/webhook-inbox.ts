import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createWebhookReceiver, newWebhookSecret, type ReceivedWebhook } from '#webhooks';

/** The demo's own receiver on loopback: keeps what came with a valid signature, and says what did not. */
export class WebhookInbox {
  readonly secret = newWebhookSecret();
  readonly verified: ReceivedWebhook[] = [];
  readonly refused: string[] = [];
  private readonly server: Server;

  constructor(onWebhook: (webhook: ReceivedWebhook) => void) {
    this.server = createServer(
      createWebhookReceiver({
        secret: this.secret,
        onWebhook: (webhook) => {
          this.verified.push(webhook);
          onWebhook(webhook);
        },
        onRefused: (reason) => void this.refused.push(reason),
      }),
    );
  }

  /** @returns the URL to register. */
  async open(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/webhooks`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
