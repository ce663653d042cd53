import { stat } from 'node:fs/promises';
import type { OnnxEmbedder } from '#model-files';

export interface OnnxDescription extends Pick<
  OnnxEmbedder,
  'format' | 'network' | 'embeddingSize' | 'producer' | 'layout' | 'batch' | 'sha256'
> {
  readonly input: {
    readonly height: number;
    readonly width: number;
    readonly channels: 'RGB';
    /** Of the pixels that the model takes. */
    readonly range: readonly [number, number];
  };
  readonly file: string;
  readonly sizeBytes: number;
}

/** True for what {@link describeOnnx} describes; the path need not be there. */
export async function isOnnx(path: string): Promise<boolean> {
  const { locateModel } = await import('#model-files');
  return locateModel({ path, newOutput: false }).then(
    ({ kind }) => kind === 'onnx',
    () => false,
  );
}

/**
 * Says how a graph is fed and what it gives; it is loaded and tried for that.
 * @throws ArcFleetError `model_not_found`, `model_refused` or `checkpoint_corrupt`.
 */
export async function describeOnnx(path: string): Promise<OnnxDescription> {
  const { locateModel, openOnnxEmbedder } = await import('#model-files');
  const location = await locateModel({ path, newOutput: false });
  if (location.kind !== 'onnx') throw new RangeError(`${path} is no ONNX model`);
  const embedder = await openOnnxEmbedder(location.file);
  await embedder.dispose();
  const { format, network, embeddingSize, producer, layout, batch, sha256, height, width, range } = embedder;
  const { size: sizeBytes } = await stat(location.file);
  const input: OnnxDescription['input'] = { height, width, channels: 'RGB', range: range === 'raw' ? [0, 255] : [-1, 1] };
  return { format, network, embeddingSize, producer, layout, batch, input, file: location.file, sizeBytes, sha256 };
}

export function onnxTable(model: OnnxDescription): string[] {
  const { input, batch } = model;
  const rows: [string, string][] = [
    ['format', `onnx${model.producer && `, written by ${model.producer}`}`],
    ['network', model.network ?? 'not known; it runs as it is'],
    ['embedding', String(model.embeddingSize)],
    ['input', `${input.channels} ${input.height} x ${input.width}, ${model.layout}, pixels ${input.range.join(' to ')}`],
    ['batch', batch === null ? 'any' : String(batch)],
    ['file', `${model.file}, ${model.sizeBytes.toLocaleString('en-US')} bytes`],
    ['sha256', model.sha256],
  ];
  return rows.map(([name, value]) => `${name.padEnd(12)}${value}`);
}
