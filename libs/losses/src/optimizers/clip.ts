/**
 * L2 norm over all given gradients together, in float64 and in the order given: bit-identical on ranks that hold the same
 * numbers. NaN or Infinity in, NaN or Infinity out.
 */
export function globalNorm(gradients: readonly Float32Array[]): number {
  let sum = 0;
  for (const gradient of gradients) for (let at = 0; at < gradient.length; at++) sum += gradient[at]! * gradient[at]!;
  return Math.sqrt(sum);
}

/**
 * Scales all gradients in place so that their {@link globalNorm} is at most `clipNorm`. For the backbone only: the head is
 * never clipped. `norm` is theirs, where the caller knows it already. Returns the norm before.
 */
export function clipByGlobalNorm(
  gradients: readonly Float32Array[],
  clipNorm: number,
  norm: number = globalNorm(gradients),
): number {
  if (norm > clipNorm) {
    const factor = clipNorm / norm;
    for (const gradient of gradients) for (let at = 0; at < gradient.length; at++) gradient[at] = gradient[at]! * factor;
  }
  return norm;
}
