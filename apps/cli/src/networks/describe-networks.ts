import { NETWORK_NAMES, NETWORKS, type NetworkName, type OutputName } from '#contracts';

/** A network as `arcfleet networks` shows it. */
export interface NetworkDescription {
  readonly name: NetworkName;
  /** null: not in this build. */
  readonly numParameters: number | null;
  /** Operations for one image, forward. */
  readonly flops: number | null;
  readonly embeddingSize: number;
  readonly output: OutputName;
  readonly description: string;
}

/** Height and width of the images of every published data set. */
const IMAGE_SIZE = 112;

/** Every network of the catalog, built once to be counted. */
export async function describeNetworks(): Promise<NetworkDescription[]> {
  // Loaded only now: the tensor library takes its time.
  const { createNetwork } = await import('#model-zoo');
  const count = (name: NetworkName): { numParameters: number; flops?: number } | null => {
    try {
      return createNetwork({ name, embeddingSize: NETWORKS[name].embeddingSize, height: IMAGE_SIZE, width: IMAGE_SIZE });
    } catch {
      return null;
    }
  };
  return NETWORK_NAMES.map((name) => {
    const { embeddingSize, output, description } = NETWORKS[name];
    const counted = count(name);
    return {
      name,
      numParameters: counted?.numParameters ?? null,
      flops: counted?.flops ?? null,
      embeddingSize,
      output,
      description,
    };
  });
}
