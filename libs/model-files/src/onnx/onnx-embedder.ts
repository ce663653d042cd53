import type { InferenceSession } from 'onnxruntime-node';
import { ArcFleetError } from '#contracts';
import type { Embedder } from '../embedder.js';
import { embeddingOutput, imageInput, inputRange, refused, type ImageSize, type OnnxInput } from './onnx-convention.js';
import { METADATA, type InputRange } from './onnx-format.js';
import { readOnnx } from './read-onnx.js';

/** Images of one call where the model takes any number: more would cost memory and gain nothing. */
const MAX_BATCH = 32;
/** Errors are thrown, and need not be printed too. */
const FATAL_ONLY = 4;

export interface OnnxEmbedderOptions {
  /** Default 1. */
  readonly threads?: number | undefined;
  /** Pixels of the images, for models that leave them open; default 112 x 112. */
  readonly size?: ImageSize | undefined;
  /** What the model is fed, where its metadata and InsightFace's rule would say something else. */
  readonly input?: InputRange | undefined;
}

/** With how the model is fed, which was found out. */
export interface OnnxEmbedder extends Embedder {
  readonly producer: string;
  readonly layout: OnnxInput['layout'];
  readonly range: InputRange;
  /** Images of one call; null: any number. */
  readonly batch: number | null;
}

/**
 * Opens an ONNX model of any tool for embedding, on onnxruntime's CPU kernels. The file is looked at first (see {@link readOnnx})
 * and handed over as bytes, so that nothing else is read. Shapes are tried with a call: exported models claim batches that they
 * do not take.
 *
 * @throws ArcFleetError `checkpoint_corrupt` for a file that cannot be read, `model_refused` for one that is no embedding model or
 *   asks for what is not allowed, `engine_unavailable` where onnxruntime does not load.
 */
export async function openOnnxEmbedder(path: string, options: OnnxEmbedderOptions = {}): Promise<OnnxEmbedder> {
  const { bytes, sha256, facts } = await readOnnx(path);
  const session = await createSession(path, bytes, options.threads ?? 1);
  try {
    const input = imageInput(path, session.inputMetadata, options.size);
    const { name: output, embeddingSize } = embeddingOutput(path, session.outputMetadata);
    const range = options.input ?? inputRange(facts, input.name);
    const model = new OnnxModel(path, session, input, output, embeddingSize, range);
    await model.findBatch();
    return {
      format: 'onnx',
      network: facts.metadata.get(METADATA.network) ?? null,
      embeddingSize,
      height: input.height,
      width: input.width,
      sha256,
      engine: 'onnxruntime',
      producer: facts.producer,
      layout: input.layout,
      range,
      batch: model.fixedBatch,
      embed: (pixels, rows) => model.embed(pixels, rows),
      dispose: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function createSession(path: string, bytes: Uint8Array, threads: number): Promise<InferenceSession> {
  // Its native library is loaded by those who open such a model, and by nobody else.
  const onnxruntime = await import('onnxruntime-node').catch((error: unknown) => {
    throw new ArcFleetError(
      'engine_unavailable',
      `onnxruntime does not load on ${process.platform} ${process.arch}: ${(error as Error).message}. ONNX models cannot be run here`,
    );
  });
  try {
    return await onnxruntime.InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: FATAL_ONLY,
    });
  } catch (error) {
    throw new ArcFleetError('model_refused', `${path}: onnxruntime does not take this model: ${(error as Error).message}`, {
      file: path,
    });
  }
}

/** A session with its place for pixels; calls follow one another. */
class OnnxModel {
  /** Images of one call; with a fixed batch always as many. */
  private batch: number;
  private isFixed: boolean;
  private readonly imageSize: number;

  constructor(
    private readonly path: string,
    private readonly session: InferenceSession,
    private readonly input: OnnxInput,
    private readonly output: string,
    private readonly embeddingSize: number,
    private readonly range: InputRange,
  ) {
    this.isFixed = input.batch !== null;
    this.batch = input.batch ?? MAX_BATCH;
    this.imageSize = input.height * input.width * 3;
  }

  /** Tries the model: what says that it takes any number of images may still take one only, fixed somewhere within. */
  async findBatch(): Promise<void> {
    const grey = (count: number) => new Float32Array(count * this.imageSize).fill(127.5);
    if (!this.isFixed) {
      const takesTwo = await this.run(grey(2), 2).then(
        () => true,
        () => false,
      );
      if (takesTwo) return;
      [this.batch, this.isFixed] = [1, true];
    }
    await this.run(grey(this.batch), this.batch);
  }

  /** null: any number of images. */
  get fixedBatch(): number | null {
    return this.isFixed ? this.batch : null;
  }

  async embed(pixels: Float32Array, rows: Float32Array): Promise<void> {
    const { imageSize, embeddingSize, path } = this;
    const count = pixels.length / imageSize;
    if (!Number.isInteger(count) || rows.length !== count * embeddingSize) {
      const { height, width } = this.input;
      throw new ArcFleetError(
        'shape_mismatch',
        `${path}: ${pixels.length} pixel values and ${rows.length} of embeddings are not those of ${height} x ${width} x 3 and ${embeddingSize} an image`,
      );
    }
    for (let done = 0; done < count; done += this.batch) {
      const now = Math.min(this.batch, count - done);
      // A model of fixed batch gets the rest of its last one as zeros.
      const asked = this.isFixed ? this.batch : now;
      const found = await this.run(pixels.subarray(done * imageSize, (done + now) * imageSize), asked);
      rows.set(found.subarray(0, now * embeddingSize), done * embeddingSize);
    }
  }

  /** Embeddings of `asked` images, of which `pixels` are the first. */
  private async run(pixels: Float32Array, asked: number): Promise<Float32Array> {
    const { name, layout, height, width } = this.input;
    const { Tensor } = await import('onnxruntime-node');
    const shape = layout === 'NCHW' ? [asked, 3, height, width] : [asked, height, width, 3];
    const feed = new Tensor('float32', this.arrange(pixels, asked), shape);
    const fail = (what: string) => refused(this.path, `run on images of ${height} x ${width} it ${what}`);
    const results = await this.session.run({ [name]: feed }, [this.output]).catch((error: unknown) => {
      throw fail(`stops: ${(error as Error).message}`);
    });
    const { data, dims } = results[this.output]!;
    if (dims.length !== 2 || dims[0] !== asked || dims[1] !== this.embeddingSize || !(data instanceof Float32Array)) {
      throw fail(`gives [${dims.join(', ')}] instead of [${asked}, ${this.embeddingSize}]`);
    }
    return data;
  }

  /** Pixels in the model's range and order of axes. */
  private arrange(pixels: Float32Array, asked: number): Float32Array {
    const { imageSize } = this;
    const [offset, scale] = this.range === 'raw' ? [0, 1] : [127.5, 1 / 127.5];
    const arranged = new Float32Array(asked * imageSize);
    if (this.input.layout === 'NHWC') {
      for (let i = 0; i < pixels.length; i++) arranged[i] = (pixels[i]! - offset) * scale;
      return arranged;
    }
    const area = imageSize / 3;
    for (let start = 0; start < pixels.length; start += imageSize) {
      for (let position = 0, from = start; position < area; position++) {
        const to = start + position;
        arranged[to] = (pixels[from++]! - offset) * scale;
        arranged[to + area] = (pixels[from++]! - offset) * scale;
        arranged[to + 2 * area] = (pixels[from++]! - offset) * scale;
      }
    }
    return arranged;
  }
}
