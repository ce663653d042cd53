/** Luminance weights. */
const RED = 0.299;
const GREEN = 0.587;
const BLUE = 0.114;

/** Orders of the three changes: 0 brightness, 1 contrast, 2 saturation. */
const ORDERS = ['012', '021', '102', '120', '201', '210'].map((order) => [...order].map(Number));

/** Jitter of one image: a factor of each kind and the order in which they are applied (0..5). */
export interface ColorJitter {
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  readonly order: number;
}

/** The jitter of four uniforms in [0, 1): each factor is within 1 - `strength` .. 1 + `strength`. */
export function colorJitterFrom(uniforms: readonly [number, number, number, number], strength: number): ColorJitter {
  const factor = (uniform: number): number => 1 + strength * (2 * uniform - 1);
  const [brightness, contrast, saturation] = [factor(uniforms[0]), factor(uniforms[1]), factor(uniforms[2])];
  return { brightness, contrast, saturation, order: Math.floor(uniforms[3] * ORDERS.length) };
}

/**
 * Places RGB uint8 pixels into `target` at `start` with the jitter applied: values are neither rounded nor clamped, as in
 * MXNet's `ColorJitterAug`. With Y the luminance of a pixel (0.299, 0.587, 0.114) and M its mean over the image,
 *
 *     brightness  v -> a v        contrast  v -> a v + (1 - a) M        saturation  v -> a v + (1 - a) Y
 *
 * All three are linear and keep Y linear, so that in any order they are one `v -> p v + q Y + r`.
 */
export function placeJittered(pixels: Uint8Array, jitter: ColorJitter, target: Float32Array, start: number): void {
  let sum = 0;
  for (let at = 0; at < pixels.length; at += 3) sum += RED * pixels[at]! + GREEN * pixels[at + 1]! + BLUE * pixels[at + 2]!;
  const { p, q, r } = composed(jitter, (3 * sum) / pixels.length);
  for (let at = 0, to = start; at < pixels.length; at += 3, to += 3) {
    const [red, green, blue] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
    const shift = q * (RED * red + GREEN * green + BLUE * blue) + r;
    target[to] = p * red + shift;
    target[to + 1] = p * green + shift;
    target[to + 2] = p * blue + shift;
  }
}

function composed({ brightness, contrast, saturation, order }: ColorJitter, meanLuminance: number) {
  let [p, q, r, mean] = [1, 0, 0, meanLuminance];
  for (const kind of ORDERS[order]!) {
    if (kind === 0) {
      [p, q, r, mean] = [p * brightness, q * brightness, r * brightness, mean * brightness];
    } else if (kind === 1) {
      [p, q, r] = [p * contrast, q * contrast, r * contrast + (1 - contrast) * mean];
    } else {
      // Y of p v + q Y + r is (p + q) Y + r.
      const rest = 1 - saturation;
      [p, q] = [p * saturation, q * saturation + rest * (p + q)];
    }
  }
  return { p, q, r };
}
