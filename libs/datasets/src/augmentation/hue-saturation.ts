/** RGB to YIQ and back as DALI's `hsv` has them (dali/operators/image/color/color_twist.h); the second inverts the first to 3 digits. */
const TO_YIQ = [
  [0.299, 0.587, 0.114],
  [0.596, -0.274, -0.321],
  [0.211, -0.523, 0.311],
] as const;
const TO_RGB = [
  [1, 0.956, 0.621],
  [1, -0.272, -0.647],
  [1, -1.107, 1.705],
] as const;

/**
 * Turns the hue by `hueDegrees` and multiplies the saturation, both in the YIQ space: RGB' = B R(hue) S A RGB. Saturation 0 leaves
 * the luminance, which is grey. RGB uint8, HWC; rounded and clamped.
 */
export function turnHue(pixels: Uint8Array, hueDegrees: number, saturation: number): Uint8Array {
  const [cos, sin] = [Math.cos((hueDegrees * Math.PI) / 180) * saturation, Math.sin((hueDegrees * Math.PI) / 180) * saturation];
  const turned = [0, 1, 2].map((column) => {
    const [y, i, q] = [TO_YIQ[0][column]!, TO_YIQ[1][column]!, TO_YIQ[2][column]!];
    return [y, cos * i + sin * q, cos * q - sin * i];
  });
  // Row by row of the 3 x 3 matrix.
  const m = TO_RGB.flatMap((row) => turned.map((column) => row[0] * column[0]! + row[1] * column[1]! + row[2] * column[2]!));
  const [rr, rg, rb, gr, gg, gb, br, bg, bb] = m as [number, number, number, number, number, number, number, number, number];
  const result = new Uint8ClampedArray(pixels.length);
  for (let at = 0; at < pixels.length; at += 3) {
    const [r, g, b] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
    result[at] = rr * r + rg * g + rb * b;
    result[at + 1] = gr * r + gg * g + gb * b;
    result[at + 2] = br * r + bg * g + bb * b;
  }
  return new Uint8Array(result.buffer);
}

/** The luminance (0.299, 0.587, 0.114) in all channels: {@link turnHue} at saturation 0. */
export function toGrey(pixels: Uint8Array): Uint8Array {
  return turnHue(pixels, 0, 0);
}
