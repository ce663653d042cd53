/**
 * How much images of one person differ. Every number is the half width or the probability of a draw per image; larger is
 * harder. The defaults were chosen so that raw pixels and mean colour score at most 0.60 on pairs of unseen people while
 * a small network learns to tell them apart within minutes.
 */
export interface SyntheticDifficulty {
  /** Turn of the head, radians, sideways and up or down. */
  readonly yaw: number;
  readonly pitch: number;
  /** Tilt in the image plane, radians. */
  readonly roll: number;
  /** Size of the head: factor 1 +- scale. */
  readonly scale: number;
  /** Offset of the head as a share of the image. */
  readonly shift: number;
  /** Brightness: factor 2^(+-exposure). */
  readonly exposure: number;
  /** Gain of each colour channel: 1 +- tint. */
  readonly tint: number;
  /** Share of light that comes from one side, 0..1. */
  readonly sideLight: number;
  /** Strength of expression: smile, open mouth, closed eyes, raised brows. */
  readonly expression: number;
  /** Standard deviation of pixel noise, 0..1 scale. */
  readonly noise: number;
  /** Probability that glasses are put on or off. */
  readonly glasses: number;
  /** Strength of a changed look: grey or dyed hair, other hair length, beard grown or shaved, lines. */
  readonly aging: number;
}

export const TRAINING_DIFFICULTY: SyntheticDifficulty = {
  yaw: 0.5,
  pitch: 0.2,
  roll: 0.3,
  scale: 0.18,
  shift: 0.17,
  exposure: 0.6,
  tint: 0.2,
  sideLight: 0.75,
  expression: 1,
  noise: 0.018,
  glasses: 0.08,
  aging: 0.15,
};
