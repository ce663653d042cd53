import { parentPort, workerData } from 'node:worker_threads';
import { reportError } from '#contracts';
import { openSampleReader } from '../sample-reader.js';
import type { SampleReader, SampleSource } from '../sample-source.js';
import type { DecodeReply, DecodeRequest, EncodedImages } from './decode-task.js';
import { DecodeFailure, runDecodeTask, type TaskImages } from './run-decode-task.js';

/** A thread of a `DecodePool`: opens the source by itself and does what it is sent, one task after another. */
const { source } = workerData as { readonly source: SampleSource | null };
let reader: Promise<SampleReader> | null = null;
let busy: Promise<void> = Promise.resolve();

parentPort?.on('message', (request: DecodeRequest) => {
  busy = busy.then(() => (request === null ? end() : answer(request)));
});

async function answer({ id, task, images }: NonNullable<DecodeRequest>): Promise<void> {
  const reply = (message: DecodeReply): void => parentPort?.postMessage(message);
  try {
    reply({ id, seconds: await runDecodeTask(task, await imagesOf(images)) });
  } catch (error) {
    const { position, error: cause } = error instanceof DecodeFailure ? error : new DecodeFailure(0, error);
    reply({ id, position, error: reportError(cause) });
  }
}

async function imagesOf(images: EncodedImages): Promise<TaskImages> {
  if (images.kind === 'bytes') {
    return {
      read: (position) => Promise.resolve(images.images[position]!),
      describe: (position) => images.names[position]!,
    };
  }
  if (source === null) throw new TypeError('This thread was given no source');
  const opened = await (reader ??= openSampleReader(source));
  return {
    read: (position) => opened.read(images.locations, position),
    describe: (position) => opened.describe(images.locations, position),
  };
}

async function end(): Promise<void> {
  await (await reader?.catch(() => null))?.close();
  parentPort?.close();
}
