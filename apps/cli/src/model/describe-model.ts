import { basename, dirname } from 'node:path';
import { hashFile } from '#formats';

export interface ModelDescription {
  readonly format: string;
  readonly network: string;
  readonly output: string;
  readonly embeddingSize: number;
  readonly numParameters: number;
  readonly input: {
    readonly height: number;
    readonly width: number;
    readonly channels: 'RGB';
    /** Of the pixels that the model takes. */
    readonly range: readonly [number, number];
    /** Applied inside: (x - offset) x scale. */
    readonly offset: number;
    readonly scale: number;
  };
  /** Of its batch norms; several where layers differ. */
  readonly epsilons: readonly number[];
  /** Batch norms whose gamma is 1, whatever the file holds. */
  readonly fixedGammas: number;
  /** The file that holds the weights. */
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** @throws ArcFleetError what reading the model throws. */
export async function describeModel(path: string, network?: string): Promise<ModelDescription> {
  const { readModel } = await import('#model-files');
  const { format, weights, network: found } = await readModel(path, network === undefined ? {} : { name: network });
  const { sizeBytes, sha256 } = await hashFile(dirname(weights), basename(weights));
  const norms = found.graph().flatMap(({ op }) => (op.kind === 'batchNorm' ? [op] : []));
  return {
    format,
    network: found.name,
    output: found.output,
    embeddingSize: found.embeddingSize,
    numParameters: found.numParameters,
    input: {
      height: found.height,
      width: found.width,
      channels: 'RGB',
      range: [0, 255],
      offset: 127.5,
      scale: found.pixelScale,
    },
    epsilons: [...new Set(norms.map(({ epsilon }) => epsilon))],
    fixedGammas: norms.filter(({ isGammaFixed }) => isGammaFixed).length,
    file: weights,
    sizeBytes,
    sha256,
  };
}

export function modelTable(model: ModelDescription): string[] {
  const { input } = model;
  const rows: [string, string][] = [
    ['format', model.format],
    ['network', `${model.network}, output ${model.output}`],
    ['embedding', String(model.embeddingSize)],
    ['parameters', model.numParameters.toLocaleString('en-US')],
    ['input', `${input.channels} ${input.height} x ${input.width}, pixels ${input.range.join(' to ')}`],
    ['normalised', `(x - ${input.offset}) x ${input.scale}, inside of the model`],
    ['batch norm', `epsilon ${model.epsilons.join(', ')}; gamma fixed at 1 in ${model.fixedGammas}`],
    ['weights', `${model.file}, ${model.sizeBytes.toLocaleString('en-US')} bytes`],
    ['sha256', model.sha256],
  ];
  return rows.map(([name, value]) => `${name.padEnd(12)}${value}`);
}
