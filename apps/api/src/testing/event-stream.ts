import { keyHeaders } from './api-scene.js';

export interface StreamEvent {
  id: number;
  event: string;
  data: { at: string; data: Record<string, unknown> };
}

/** A client of a stream of server-sent events that reads it block by block. */
export class EventStream {
  private readonly decoder = new TextDecoder();
  private text = '';

  private constructor(
    readonly response: Response,
    private readonly reader: ReadableStreamDefaultReader<Uint8Array>,
    private readonly aborter: AbortController,
  ) {}

  /** With the full key of the scene unless the headers have one. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
    const aborter = new AbortController();
    const response = await fetch(url, { headers: { ...keyHeaders(url), ...headers }, signal: aborter.signal });
    if (response.status !== 200 || !response.body)
      throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
    return new EventStream(response, response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>, aborter);
  }

  /** The next block; null: the server has ended the stream. */
  async nextBlock(): Promise<string | null> {
    for (;;) {
      const end = this.text.indexOf('\n\n');
      if (end >= 0) {
        const block = this.text.slice(0, end);
        this.text = this.text.slice(end + 2);
        return block;
      }
      const { done, value } = await this.reader.read();
      if (done) return null;
      this.text += this.decoder.decode(value, { stream: true });
    }
  }

  /** The next event, past comments and `retry`; null: the server has ended the stream. */
  async next(): Promise<StreamEvent | null> {
    for (;;) {
      const block = await this.nextBlock();
      if (block === null) return null;
      const lines = block.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]);
      const fields = Object.fromEntries(lines) as Record<string, string>;
      if (fields['event'] === undefined) continue;
      const data = JSON.parse(fields['data'] ?? '') as StreamEvent['data'];
      return { id: Number(fields['id']), event: fields['event'], data };
    }
  }

  async take(count: number): Promise<StreamEvent[]> {
    const events: StreamEvent[] = [];
    while (events.length < count) {
      const event = await this.next();
      if (!event) throw new Error(`the stream ended after ${events.length} of ${count} events`);
      events.push(event);
    }
    return events;
  }

  /** All events until the server ends the stream. */
  async readAll(): Promise<StreamEvent[]> {
    const events: StreamEvent[] = [];
    for (let event = await this.next(); event; event = await this.next()) events.push(event);
    return events;
  }

  leave(): void {
    this.aborter.abort();
  }
}
