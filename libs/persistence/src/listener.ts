import pg from 'pg';
import type { Channel } from './channels.js';

export interface ListenerOptions {
  /**
   * Called for every notification, and once per channel with payload null after each (re)connect: what came in between is
   * lost, so look.
   */
  onNotify: (channel: Channel, payload: string | null) => void;
  onError?: (error: Error) => void;
  reconnectMs?: number;
}

export interface Listener {
  /** Settles when LISTEN is in force for the first time. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/** One connection that LISTENs and comes back by itself when it is lost. */
export function startListener(url: string, channels: readonly Channel[], options: ListenerOptions): Listener {
  let closed = false;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let onReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (onReady = resolve));

  const connect = async (): Promise<void> => {
    const next = new pg.Client({ connectionString: url, application_name: 'arcfleet-listener', keepAlive: true });
    let over = false;
    const lost = (error?: Error): void => {
      if (over) return;
      over = true;
      if (client === next) client = undefined;
      next.removeAllListeners('notification');
      void next.end().catch(() => undefined);
      if (closed) return;
      if (error) options.onError?.(error);
      timer = setTimeout(() => void connect(), options.reconnectMs ?? 500);
    };
    next.on('error', lost);
    next.on('end', () => lost());
    next.on('notification', ({ channel, payload }) => options.onNotify(channel as Channel, payload ?? null));
    try {
      await next.connect();
      for (const channel of channels) await next.query(`listen ${channel}`);
    } catch (error) {
      lost(error as Error);
      return;
    }
    if (closed) return lost();
    client = next;
    for (const channel of channels) options.onNotify(channel, null);
    onReady();
  };
  void connect();

  return {
    ready,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}
