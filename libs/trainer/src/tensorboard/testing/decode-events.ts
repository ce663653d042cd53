/** What an event file says, read by rules of its own: bit-wise CRC, generic protobuf fields. Throws at the first wrong byte. */
export interface DecodedEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly fileVersion?: string;
  readonly sessionStatus?: number;
  readonly values: ReadonlyMap<string, number>;
}

export function decodeEvents(file: Buffer): DecodedEvent[] {
  const events: DecodedEvent[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    const [end, head] = [at + 12 + length, file.subarray(at, at + 8)];
    if (end + 4 > file.length) throw new Error(`byte ${at}: the record ends behind the file`);
    const data = file.subarray(at + 12, end);
    if (file.readUInt32LE(at + 8) !== masked(head)) throw new Error(`byte ${at}: the length's checksum is wrong`);
    if (file.readUInt32LE(end) !== masked(data)) throw new Error(`byte ${end}: the data's checksum is wrong`);
    events.push(decodeEvent(data));
    at = end + 4;
  }
  return events;
}

function masked(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  crc ^= 0xffffffffn;
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

type Field = number | Buffer;

/** Fields of a protobuf message by number; fixed-width ones as their bytes. */
function fieldsOf(message: Buffer): Map<number, Field[]> {
  const fields = new Map<number, Field[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw new Error('a number ends behind its message');
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > message.length) throw new Error('a field ends behind its message');
    return message.subarray(at, (at += length));
  };
  while (at < message.length) {
    const key = varint();
    const wireType = key & 7;
    const value = wireType === 0 ? varint() : take(wireType === 1 ? 8 : wireType === 5 ? 4 : varint());
    fields.set(key >>> 3, [...(fields.get(key >>> 3) ?? []), value]);
  }
  return fields;
}

function decodeEvent(data: Buffer): DecodedEvent {
  const event = fieldsOf(data);
  const first = (number: number): Field | undefined => event.get(number)?.[0];
  const values = new Map<string, number>();
  const summary = first(5);
  for (const one of summary ? (fieldsOf(summary as Buffer).get(1) ?? []) : []) {
    const value = fieldsOf(one as Buffer);
    values.set((value.get(1)![0] as Buffer).toString('utf8'), (value.get(2)![0] as Buffer).readFloatLE(0));
  }
  const [version, session] = [first(3), first(7)];
  return {
    wallTime: (first(1) as Buffer).readDoubleLE(0),
    step: (first(2) as number | undefined) ?? 0,
    ...(version === undefined ? {} : { fileVersion: (version as Buffer).toString('utf8') }),
    ...(session === undefined ? {} : { sessionStatus: fieldsOf(session as Buffer).get(1)![0] as number }),
    values,
  };
}
