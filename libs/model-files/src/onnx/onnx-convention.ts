import { ArcFleetError } from '#contracts';
import type { NodeFacts, OnnxFacts } from './inspect-onnx.js';
import { INPUT_RANGES, METADATA, type InputRange } from './onnx-format.js';

/** An input or output as onnxruntime sees it; a name stands for an extent that is free. */
export interface OnnxValue {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

/** How images go into a model. */
export interface OnnxInput {
  readonly name: string;
  readonly layout: 'NCHW' | 'NHWC';
  readonly height: number;
  readonly width: number;
  /** null: any number of images. */
  readonly batch: number | null;
}

export interface OnnxOutput {
  readonly name: string;
  readonly embeddingSize: number;
}

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** What faces are aligned to; for models that leave their size open. */
const FACE: ImageSize = { height: 112, width: 112 };
const MAX_SIDE = 1024;
const MAX_EMBEDDING_SIZE = 65_536;

/**
 * The one image input, float32 with 3 channels before or behind the positions.
 *
 * @throws ArcFleetError `model_refused` naming the inputs that were found, or a `size` that the model does not take.
 */
export function imageInput(path: string, inputs: readonly OnnxValue[], size?: ImageSize): OnnxInput {
  const [input] = inputs;
  const refuse = (what: string) => refused(path, `${what}. Its inputs: ${inputs.map(describe).join(', ') || 'none'}`);
  if (!input?.shape || inputs.length !== 1) throw refuse('an embedding model takes one image tensor');
  if (input.type !== 'float32' || input.shape.length !== 4) throw refuse('its input is no float32 tensor of four axes');
  const [batch, second, third, fourth] = input.shape as [Extent, Extent, Extent, Extent];
  const layout = second === 3 ? 'NCHW' : fourth === 3 ? 'NHWC' : null;
  if (layout === null) throw refuse('its input has no axis of 3 channels, neither the second nor the last');
  const [high, wide] = layout === 'NCHW' ? [third, fourth] : [second, third];
  const own = (extent: Extent, side: 'height' | 'width'): number => {
    const wanted = size?.[side];
    if (typeof extent !== 'number') return wanted ?? FACE[side];
    if (wanted !== undefined && wanted !== extent) throw refuse(`its images have a ${side} of ${extent}, not ${wanted}`);
    return extent;
  };
  const [height, width] = [own(high, 'height'), own(wide, 'width')];
  if (!isWithin(height, MAX_SIDE) || !isWithin(width, MAX_SIDE)) throw refuse(`images of ${height} x ${width} are no faces`);
  if (typeof batch === 'number' && !isWithin(batch, MAX_SIDE)) throw refuse(`it takes ${batch} images at a time`);
  return { name: input.name, layout, height, width, batch: typeof batch === 'number' ? batch : null };
}

/**
 * The one output of a row per image.
 *
 * @throws ArcFleetError `model_refused` naming the outputs that were found.
 */
export function embeddingOutput(path: string, outputs: readonly OnnxValue[]): OnnxOutput {
  const rows = outputs.filter(({ type, shape }) => type === 'float32' && shape?.length === 2 && typeof shape[1] === 'number');
  const [output] = rows;
  const found = outputs.map(describe).join(', ');
  if (!output || rows.length !== 1) {
    throw refused(
      path,
      `an embedding model has one float32 output of images x values; of this kind it has ${rows.length}. Its outputs: ${found || 'none'}`,
    );
  }
  const embeddingSize = output.shape![1] as number;
  if (!isWithin(embeddingSize, MAX_EMBEDDING_SIZE)) throw refused(path, `${embeddingSize} values are no embedding: ${found}`);
  return { name: output.name, embeddingSize };
}

/**
 * What the model is fed: what its metadata says if it was written here, else by InsightFace's rule (arcface_onnx.py): among its
 * first eight nodes one whose name begins with `Sub` or `_minus` and one with `Mul` or `_mul` mean that it normalises by itself. A
 * subtraction right behind the input with a multiplication or division behind it means the same, whatever they are called.
 */
export function inputRange({ metadata, firstNodes }: OnnxFacts, input: string): InputRange {
  const stated = INPUT_RANGES.find((range) => range === metadata.get(METADATA.input));
  if (stated) return stated;
  const isNamed = (...starts: string[]) => firstNodes.some(({ name }) => starts.some((start) => name.startsWith(start)));
  if (isNamed('Sub', '_minus') && isNamed('Mul', '_mul')) return 'raw';
  const centered = firstNodes.find((node) => node.opType === 'Sub' && node.inputs[0] === input);
  const isScaled = firstNodes.some((node) => centered !== undefined && scales(node, centered));
  return isScaled ? 'raw' : 'normalized';
}

type Extent = number | string;

const scales = ({ opType, inputs }: NodeFacts, centered: NodeFacts): boolean =>
  (opType === 'Mul' || opType === 'Div') && inputs.some((name) => centered.outputs.includes(name));

const isWithin = (extent: number, limit: number): boolean => Number.isInteger(extent) && extent >= 1 && extent <= limit;

function describe({ name, isTensor, type, shape }: OnnxValue): string {
  return isTensor ? `${name} ${type} [${shape?.map((extent) => extent || '?').join(', ')}]` : `${name}, no tensor`;
}

export function refused(path: string, what: string): ArcFleetError {
  return new ArcFleetError('model_refused', `${path} is no embedding model: ${what}`, { file: path });
}
