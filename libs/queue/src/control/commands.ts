import { CONTROL_TTL_MS, controlKeys, generationCommandSchema, type GenerationCommand } from '#contracts';
import type { Redis } from 'ioredis';
import { throwFirst } from './watermark.js';

export interface GenerationAddress {
  runId: string;
  generation: number;
}

/** Puts a command in force for a generation and wakes its supervisors. */
export async function writeCommand(redis: Redis, address: GenerationAddress, command: GenerationCommand): Promise<void> {
  const { runId, generation } = address;
  throwFirst(
    await redis
      .pipeline()
      .set(controlKeys.command(runId, generation), JSON.stringify(command), 'PX', CONTROL_TTL_MS)
      .publish(controlKeys.commandChannel, `${runId}/${generation}`)
      .exec(),
  );
}

/** Commands in force, in the order of the addresses; null where there is none. */
export async function readCommands(redis: Redis, addresses: readonly GenerationAddress[]): Promise<(GenerationCommand | null)[]> {
  if (addresses.length === 0) return [];
  const texts = await redis.mget(addresses.map(({ runId, generation }) => controlKeys.command(runId, generation)));
  return texts.map((text) => {
    if (text === null) return null;
    const parsed = generationCommandSchema.safeParse(parseJson(text));
    return parsed.success ? parsed.data : null;
  });
}

/** undefined when the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
