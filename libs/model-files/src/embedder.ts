/** What an opened model says of itself; evaluations keep it beside their scores. */
export interface EmbedderDescription {
  readonly format: 'arcfleet' | 'mxnet' | 'torch' | 'onnx';
  /** Network of the catalog; null: a foreign graph that runs as it is. */
  readonly network: string | null;
  readonly embeddingSize: number;
  readonly height: number;
  readonly width: number;
  /** SHA-256 of the file that holds the weights. */
  readonly sha256: string;
  /** What computes: `tensorflow`, `wasm`, `cpu`, `onnxruntime`. */
  readonly engine: string;
}

/** A model ready for use, whatever file it came from. Embeddings are raw: neither mirrored sums nor normalised. */
export interface Embedder extends EmbedderDescription {
  /**
   * Embeds images into `rows` (images x embeddingSize, row-major).
   * @param pixels RGB 0..255, images x height x width x 3; each model applies its own normalisation.
   */
  embed(pixels: Float32Array, rows: Float32Array): Promise<void>;
  dispose(): Promise<void>;
}
