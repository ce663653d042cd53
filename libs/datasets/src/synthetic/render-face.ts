import type { Conditions } from './conditions.js';
import type { FaceIdentity, Rgb } from './identity.js';

/** Half the head's height as a share of the image's height, before the image's own scale. */
const HEAD_SHARE = 0.4;

/**
 * Draws a face into `target` (RGB uint8, size x size x 3). The head is a shaped sphere: each pixel is mapped to the
 * sphere, turned back by the pose, painted by where it lies on the head, and lit by its normal. Features stand on the
 * sphere, so that a turn of the head foreshortens and hides them as on a real one.
 */
export function renderFace(identity: FaceIdentity, conditions: Conditions, size: number, target: Uint8Array): void {
  const look = lookOf(identity, conditions);
  const painter = new FacePainter(look, conditions, 1 / (HEAD_SHARE * size * conditions.scale));
  const unit = painter.pixel;
  const centreX = size * (0.5 + conditions.shiftX);
  const centreY = size * (0.52 + conditions.shiftY);
  const cos = Math.cos(conditions.roll) * unit;
  const sin = Math.sin(conditions.roll) * unit;
  const { gain, noise } = conditions;
  let state = conditions.noiseSeed | 1;
  let at = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dx = x + 0.5 - centreX;
      const dy = y + 0.5 - centreY;
      painter.paint(dx * cos + dy * sin, dy * cos - dx * sin, (x / size) * 2 - 1, (y / size) * 2 - 1);
      for (let channel = 0; channel < 3; channel++) {
        // xorshift32; the sum of two uniforms is close enough to a bell for sensor noise.
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        const grain = ((state & 0xffff) + (state >>> 16)) / 65536 - 1;
        const light = (painter.colour[channel] as number) * (gain[channel] as number);
        // A shoulder instead of a hard clip, as a camera has.
        const value = (light < 0.8 ? light : 1 - 0.2 * Math.exp((0.8 - light) / 0.2)) + grain * noise * 2.4;
        target[at++] = value <= 0 ? 0 : value >= 1 ? 255 : value * 255 + 0.5;
      }
    }
  }
}

/** The identity as it looks in this image. */
function lookOf(identity: FaceIdentity, conditions: Conditions): FaceIdentity {
  const { greying } = conditions;
  const grey = 0.62;
  const hair = identity.hair.map((value) =>
    greying >= 0 ? value + (grey - value) * Math.min(greying, 1) : value * (1 + greying * 0.8),
  );
  const clamp = (value: number): number => Math.min(Math.max(value, 0), 1);
  return {
    ...identity,
    hair: hair as unknown as Rgb,
    hairLength: identity.hairLength + conditions.hairLengthChange,
    fringe: identity.fringe + conditions.fringeChange,
    beard: clamp(identity.beard + conditions.beardChange),
    moustache: clamp(identity.moustache + conditions.beardChange),
    hasGlasses: identity.hasGlasses !== conditions.togglesGlasses,
  };
}

/** 0 below `low`, 1 above `high`, smooth between. */
function smoothstep(low: number, high: number, value: number): number {
  const t = (value - low) / (high - low);
  return t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t);
}

/** Math.hypot guards against overflow that cannot happen here and is many times slower. */
function length2(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

/** A bell that ends at distance 1: (1 - r^2)^4, close to a Gaussian of width 1/2 and without its exponential. */
function dome(x: number, y: number): number {
  const rest = 1 - x * x - y * y;
  return rest <= 0 ? 0 : rest * rest * (rest * rest);
}

const SINE_STEPS = 4096;
const SINE_TABLE = Float64Array.from({ length: SINE_STEPS }, (_, i) => Math.sin((2 * Math.PI * i) / SINE_STEPS));

/** Sine to about 1/1000: textures and waves need no more, and it is asked for several times per pixel. */
function sine(angle: number): number {
  return SINE_TABLE[Math.floor(angle * (SINE_STEPS / (2 * Math.PI))) & (SINE_STEPS - 1)] as number;
}

const OUTLINE_STEPS = 512;

class FacePainter {
  /** Result of {@link paint}: lit colour, about 0..1. */
  readonly colour = new Float64Array(3);
  private readonly cosYaw: number;
  private readonly sinYaw: number;
  private readonly cosPitch: number;
  private readonly sinPitch: number;
  /** Squared half width of the lower face at y = i / OUTLINE_STEPS, as a share of the widest. */
  private readonly outline = new Float64Array(OUTLINE_STEPS + 2);
  // Tilt of the normal by bumps at the pixel being painted.
  private bumpX = 0;
  private bumpY = 0;

  constructor(
    private readonly face: FaceIdentity,
    private readonly conditions: Conditions,
    /** Length of a pixel in half head heights: width of soft edges. */
    readonly pixel: number,
  ) {
    this.cosYaw = Math.cos(conditions.yaw);
    this.sinYaw = Math.sin(conditions.yaw);
    this.cosPitch = Math.cos(conditions.pitch);
    this.sinPitch = Math.sin(conditions.pitch);
    for (let i = 0; i <= OUTLINE_STEPS; i++) this.outline[i] = 1 - Math.pow(i / OUTLINE_STEPS, face.jaw);
  }

  /** Paints the point (u, v) of the head's plane; (sx, sy) in -1..1 is its place in the image. */
  paint(u: number, v: number, sx: number, sy: number): void {
    this.paintBackground(sx, sy);
    this.paintBody(u, v);
    this.paintHairBehind(u, v);
    this.paintEar(u, v);
    this.paintHead(u, v);
  }

  private paintBackground(sx: number, sy: number): void {
    const { colour } = this;
    const { backgroundColour, background } = this.conditions;
    colour[0] = backgroundColour[0];
    colour[1] = backgroundColour[1];
    colour[2] = backgroundColour[2];
    for (const spot of background) {
      const distance = ((sx - spot.x) ** 2 + (sy - spot.y) ** 2) / (spot.radius * spot.radius);
      if (distance < 1) this.blend(spot.colour, (1 - distance) * (1 - distance) * 1.6);
    }
  }

  private paintBody(u: number, v: number): void {
    if (v < 0.7) return;
    const { face, conditions, pixel } = this;
    const shoulders = 1.22 + 0.28 * u * u - 0.1 * dome(u, 0);
    const neck = face.faceWidth * 0.62;
    const shade =
      conditions.ambient + (1 - conditions.ambient) * Math.max(0, conditions.light[2] * 0.7 + conditions.light[0] * u * 0.6);
    this.blendScaled(face.skin, shade * 0.75, smoothstep(neck + pixel, neck - pixel, Math.abs(u)));
    this.blendScaled(conditions.clothes, shade, smoothstep(shoulders - pixel, shoulders + pixel, v));
  }

  private paintHairBehind(u: number, v: number): void {
    const { face, pixel } = this;
    if (face.hairline < -1) return;
    const { hairVolume, faceWidth, hairLength } = face;
    // A cap around the skull, and for long hair a curtain down to its length.
    const shift = u + 0.1 * this.sinYaw;
    const cap = (shift / (faceWidth * (hairVolume + 0.03))) ** 2 + (v / hairVolume) ** 2;
    let amount = v < 0.15 ? smoothstep(1 + 2 * pixel, 1 - pixel, cap) : 0;
    if (hairLength > 0.15 && v > -0.2) {
      const wave = face.hairWave * sine(v * 9);
      const width = faceWidth * (hairVolume + 0.1) + wave - 0.1 * Math.max(v - 0.6, 0);
      const edge = smoothstep(width + 1.5 * pixel, width - 1.5 * pixel, Math.abs(shift));
      amount = Math.max(amount, edge * smoothstep(hairLength + 0.06, hairLength - 0.06, v) * smoothstep(-0.2, 0.1, v));
    }
    if (amount > 0) this.blendScaled(face.hair, this.hairLight(u, v, 0.4) * 0.7, amount);
  }

  private paintEar(u: number, v: number): void {
    const { face, conditions, pixel } = this;
    if (face.hairLength > 0.1 || Math.abs(v - 0.03) > 0.3) return;
    const side = u < 0 ? -1 : 1;
    // The far ear goes behind the head as it turns.
    const x = side * (face.faceWidth + 0.02) - this.sinYaw * 0.25 * face.faceWidth;
    const distance = length2((u - x) / (face.earSize * 0.55), (v - 0.03) / face.earSize);
    const soft = pixel / face.earSize;
    const shade =
      conditions.ambient + (1 - conditions.ambient) * Math.max(0, conditions.light[2] * 0.5 + side * conditions.light[0] * 0.7);
    this.blendScaled(face.skin, shade * (0.72 + 0.2 * Math.min(distance, 1)), smoothstep(1 + soft, 1 - soft, distance));
  }

  private paintHead(u: number, v: number): void {
    const { face, conditions, pixel } = this;
    if (v > 1 || v < -1) return;
    const x0 = u / face.faceWidth;
    if (x0 > 1.1 || x0 < -1.1) return;
    const fullness = v < 0 ? 1 - v * v : this.jawFullness(v);
    const depthSquared = fullness - x0 * x0;
    const soft = 3 * pixel;
    if (fullness <= 0 || depthSquared <= -soft) return;
    const coverage = depthSquared >= soft ? 1 : smoothstep(-soft, soft, depthSquared);
    const z0 = Math.sqrt(Math.max(depthSquared, 0));
    const y0 = v < 0 ? -Math.sqrt(1 - fullness) : Math.sqrt(1 - fullness);

    // Turn the point of the sphere back into the head's own frame; z > 0 is the face's side.
    const x = x0 * this.cosYaw + z0 * this.sinYaw;
    const zTurned = z0 * this.cosYaw - x0 * this.sinYaw;
    // The painted height keeps v, so that the chin of a pointed face stays at y = 1.
    const lift = v * this.cosPitch - zTurned * this.sinPitch;
    const z = zTurned * this.cosPitch + y0 * this.sinPitch;

    const { colour } = this;
    const behindRed = colour[0] as number;
    const behindGreen = colour[1] as number;
    const behindBlue = colour[2] as number;
    this.bumpX = 0;
    this.bumpY = 0;
    colour[0] = face.skin[0];
    colour[1] = face.skin[1];
    colour[2] = face.skin[2];
    const hair = this.hairCover(x, lift, z);
    if (z > -0.1 && hair < 0.99) this.paintFeatures(x, lift, z);
    if (hair > 0) {
      const fade = 1 - hair;
      this.bumpX *= fade;
      this.bumpY *= fade;
      this.blendScaled(face.hair, this.hairLight(x, lift, z), hair);
    }
    this.paintGlasses(x, lift, z);

    // Light: normal of the sphere tilted by the bumps, turned by the yaw they were painted in.
    const nx = x0 + this.bumpX * this.cosYaw;
    const ny = y0 + this.bumpY;
    const nz = z0 + 0.12 - this.bumpX * this.sinYaw;
    const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
    const { light, ambient } = conditions;
    const facing = (nx * light[0] + ny * light[1] + nz * light[2]) / length;
    const rim = 0.75 + 0.25 * Math.min(1, z0 * 2);
    const diffuse = (ambient * 0.9 + (1 - ambient) * 1.25 * Math.max(0, facing * 0.85 + 0.15)) * rim;
    const f2 = facing * facing;
    const shine = hair > 0.5 || facing < 0.6 ? 0 : 0.14 * (1 - ambient) * (f2 * f2 * f2) * (f2 * f2 * f2) * f2;
    colour[0] = behindRed + ((colour[0] as number) * diffuse + shine - behindRed) * coverage;
    colour[1] = behindGreen + ((colour[1] as number) * diffuse + shine - behindGreen) * coverage;
    colour[2] = behindBlue + ((colour[2] as number) * diffuse + shine - behindBlue) * coverage;
  }

  private jawFullness(v: number): number {
    const at = v * OUTLINE_STEPS;
    const whole = Math.floor(at);
    const low = this.outline[whole] as number;
    return low + (at - whole) * ((this.outline[whole + 1] as number) - low);
  }

  private paintFeatures(x: number, y: number, z: number): void {
    const { face } = this;
    const ax = Math.abs(x);
    if (face.freckles > 0 && Math.abs(y - 0.18) < 0.22 && ax < 0.6) {
      const spots = sine(x * 61 + sine(y * 47) * 2) * sine(y * 67 + sine(x * 53) * 2);
      this.darken(0.25 * face.freckles * smoothstep(0.35, 0.7, spots));
    }
    for (const mole of face.moles) {
      const distance = length2(x - mole.x, y - mole.y) / mole.radius;
      if (distance < 2) this.darken(0.75 * smoothstep(1.3, 0.7, distance));
    }
    // Cheeks and eye sockets give the light something to fall on.
    const cheek = dome((ax - 0.42) / 0.4, (y - 0.22) / 0.4);
    this.bumpX += (x < 0 ? 0.42 - ax : ax - 0.42) * 1.2 * cheek;
    this.bumpY += (y - 0.22) * 1.2 * cheek;
    this.darken(0.14 * dome((ax - face.eyeX) / 0.4, (y - face.eyeY + 0.05) / 0.26));
    this.paintWrinkles(x, y);
    if (y > 0.3) this.paintBeard(x, y);
    if (y > face.eyeY - 0.1 && y < face.noseY + 0.2 && ax < 0.4) this.paintNose(x, y, z);
    if (y > face.mouthY - 0.25) this.paintMouth(x, y);
    if (y < face.eyeY + 0.25 && y > -0.55 && z > 0) {
      this.paintBrow(x, y);
      this.paintEye(x, y);
    }
  }

  private paintEye(x: number, y: number): void {
    const { face, conditions, pixel } = this;
    const side = x < 0 ? -1 : 1;
    const dx = (x - side * face.eyeX) * side;
    if (Math.abs(dx) > face.eyeWidth * 1.5) return;
    const dy = y - face.eyeY + face.eyeTilt * dx * 0.6;
    const height = face.eyeHeight * conditions.eyesOpen;
    const opening = height * (1 - (dx / face.eyeWidth) ** 2);
    const inside = smoothstep(-pixel, pixel, opening - Math.abs(dy));
    if (inside > 0) {
      this.blend([0.92, 0.91, 0.9], inside);
      const radius = face.eyeHeight * 0.95;
      const irisX = dx - side * conditions.gaze * face.eyeWidth * 0.35;
      const distance = length2(irisX, dy) / radius;
      const soft = pixel / radius;
      this.blend(face.iris, inside * smoothstep(1 + soft, 1 - soft, distance));
      this.blend([0.02, 0.02, 0.02], inside * smoothstep(0.45 + soft, 0.45 - soft, distance));
      const glint = length2(irisX - 0.3 * radius, dy + 0.3 * radius) / radius;
      this.blend([1, 1, 1], inside * 0.9 * smoothstep(0.3, 0.1, glint));
    }
    if (Math.abs(dx) < face.eyeWidth * 1.1) {
      // Upper lid, and a thinner lower one.
      const lid = Math.max(opening, 0);
      this.darken(0.8 * smoothstep(0.03, 0.008, Math.abs(dy + lid)) * smoothstep(1.1, 0.9, Math.abs(dx) / face.eyeWidth));
      this.darken(0.25 * smoothstep(0.025, 0.005, Math.abs(dy - lid)));
    }
  }

  private paintBrow(x: number, y: number): void {
    const { face, conditions, pixel } = this;
    const side = x < 0 ? -1 : 1;
    const dx = (x - side * face.eyeX) * side;
    const along = dx / face.browLength;
    if (Math.abs(along) > 1.2) return;
    const centre = face.eyeY - face.browY - conditions.browRaise - face.browTilt * dx * 0.7 + 0.05 * along * along;
    const thickness = face.browThickness * (1 - 0.35 * along);
    const amount =
      smoothstep(thickness + pixel, thickness - pixel, Math.abs(y - centre)) * smoothstep(1.1, 0.85, Math.abs(along));
    if (amount > 0) this.blendScaled(face.hair, 0.75, amount * 0.9);
  }

  private paintNose(x: number, y: number, z: number): void {
    const { face } = this;
    // The nose stands off the head, so a turn moves it further than the skin beneath it.
    const dx = x - this.sinYaw * 0.16 * smoothstep(face.eyeY, face.noseY, y);
    const along = smoothstep(face.eyeY - 0.05, face.noseY, y) * smoothstep(face.noseY + 0.14, face.noseY + 0.02, y);
    const width = face.noseBridge + (face.noseWidth - face.noseBridge) * smoothstep(face.eyeY, face.noseY, y);
    const bump = dome(dx / (2 * width), 0) * along;
    this.bumpX += (dx / width) * 1.1 * bump;
    const tip = dome(dx / (2 * face.noseWidth), (y - face.noseY) / 0.18);
    this.bumpY += ((y - face.noseY + 0.03) / 0.09) * 0.9 * tip;
    if (z > 0) {
      const nostril = length2((Math.abs(dx) - face.noseWidth * 0.5) / (face.noseWidth * 0.32), (y - face.noseY - 0.06) / 0.03);
      this.darken(0.7 * smoothstep(1.3, 0.6, nostril));
      const wing = Math.abs(length2(dx / (face.noseWidth * 1.05), (y - face.noseY) / 0.11) - 1);
      this.darken(0.3 * smoothstep(0.22, 0.05, wing) * smoothstep(face.noseY - 0.06, face.noseY + 0.03, y));
    }
  }

  private paintMouth(x: number, y: number): void {
    const { face, conditions, pixel } = this;
    const width = face.mouthWidth * (1 + 0.18 * Math.max(conditions.smile, 0));
    const along = x / width;
    if (Math.abs(along) > 1.15) return;
    const profile = Math.max(1 - along * along, 0);
    const curve = face.mouthY + conditions.smile * 0.07 * (1 - along * along) - conditions.smile * 0.03;
    const dy = y - curve;
    const open = conditions.mouthOpen * 0.1 * profile;
    const upper = face.lipThickness * 0.8 * profile * (1 - 0.3 * dome(along / 0.36, 0));
    const lower = face.lipThickness * 1.15 * Math.sqrt(profile);
    const top = -open * 0.4;
    const bottom = open;
    if (dy < top) this.blendScaled(face.lips, 0.9, smoothstep(-pixel, pixel, upper - (top - dy)));
    else if (dy > bottom) {
      this.blend(face.lips, smoothstep(-pixel, pixel, lower - (dy - bottom)));
      this.bumpY += 0.25 * smoothstep(lower * 1.5, 0, dy - bottom) * profile;
    } else {
      this.blend([0.22, 0.06, 0.06], smoothstep(0, 0.01, Math.min(dy - top, bottom - dy) + 0.006));
      if (open > 0.04 && dy - top < open * 0.7) this.blend([0.9, 0.88, 0.84], 0.9 * smoothstep(0.95, 0.75, Math.abs(along)));
    }
    const line = Math.min(Math.abs(dy - top), Math.abs(dy - bottom));
    this.darken(0.55 * smoothstep(0.022, 0.004, line) * smoothstep(1.1, 0.9, Math.abs(along)));
  }

  private paintBeard(x: number, y: number): void {
    const { face } = this;
    const ax = Math.abs(x);
    if (face.beard === 0 && face.moustache === 0) return;
    const grain = 0.85 + 0.15 * sine(x * 90 + sine(y * 80));
    if (face.beard > 0) {
      const area =
        smoothstep(0.5, 0.62, y + 0.45 * ax * ax) *
        smoothstep(0.02, 0.06, Math.abs(y - face.mouthY) + Math.max(0, ax - face.mouthWidth) * 0.6 - 0.04);
      this.blendScaled(face.hair, 0.85 * grain, area * face.beard * 0.85);
    }
    if (face.moustache > 0) {
      const middle = (face.noseY + 0.09 + face.mouthY) / 2;
      const area =
        smoothstep(0.09, 0.05, Math.abs(y - middle - 0.12 * ax)) * smoothstep(face.mouthWidth * 1.1, face.mouthWidth * 0.8, ax);
      this.blendScaled(face.hair, 0.85 * grain, area * face.moustache * 0.85);
    }
  }

  private paintWrinkles(x: number, y: number): void {
    const { wrinkles } = this.conditions;
    if (wrinkles < 0.05) return;
    const { face } = this;
    if (y < face.eyeY - face.browY - 0.1) this.darken(0.25 * wrinkles * smoothstep(0.75, 1, sine(y * 75 + x * x * 4)));
    const fold = Math.abs(Math.abs(x) - (face.noseWidth + 0.05 + (y - face.noseY) * 0.55));
    if (y > face.noseY && y < face.mouthY) this.darken(0.35 * wrinkles * smoothstep(0.04, 0.01, fold));
  }

  /** How much of the skin at this point is under hair, 0..1. */
  private hairCover(x: number, y: number, z: number): number {
    const { face, pixel } = this;
    if (face.hairline < -1) return 0;
    const part = x - face.hairPart;
    const wave = face.hairWave * sine(x * 14);
    const line = face.hairline + face.fringe * (0.35 - Math.abs(part) * 0.8) + wave + 0.22 * x * x;
    const top = smoothstep(line + 2 * pixel, line - 2 * pixel, y);
    const sideEnd = Math.max(face.hairLength, -0.35);
    const side = smoothstep(face.templeDepth + 0.06, face.templeDepth - 0.06, z) * smoothstep(sideEnd + 0.08, sideEnd - 0.08, y);
    return Math.max(top, side);
  }

  /** Strands: a brightness that runs along the hair. */
  private hairLight(x: number, y: number, z: number): number {
    const angle = Math.atan2(x - this.face.hairPart * 0.5, z + 0.6);
    return 0.9 + 0.13 * sine(angle * 38 + y * 5) + 0.08 * sine(angle * 83 - y * 9);
  }

  private paintGlasses(x: number, y: number, z: number): void {
    const { face } = this;
    if (!face.hasGlasses || z < -0.1 || Math.abs(y - face.eyeY) > 0.28) return;
    const ax = Math.abs(x);
    const dx = (ax - face.eyeX) / 0.23;
    const dy = (y - face.eyeY - 0.02) / (face.glassesRound ? 0.21 : 0.16);
    const ring = face.glassesRound ? length2(dx, dy) : Math.sqrt(length2(dx * dx, dy * dy));
    let amount = smoothstep(0.16, 0.07, Math.abs(ring - 1));
    if (ring > 1)
      amount = Math.max(
        amount,
        smoothstep(0.035, 0.018, Math.abs(y - face.eyeY)) * (ax < face.eyeX || ax > face.eyeX + 0.2 ? 1 : 0),
      );
    else this.blend([0.8, 0.85, 0.9], 0.07);
    this.blend([0.08, 0.08, 0.09], amount * 0.9);
  }

  private blend(colour: Rgb, amount: number): void {
    this.blendScaled(colour, 1, amount);
  }

  private blendScaled(colour: Rgb, scale: number, amount: number): void {
    if (amount <= 0) return;
    const share = amount > 1 ? 1 : amount;
    const own = this.colour;
    own[0] = (own[0] as number) + (colour[0] * scale - (own[0] as number)) * share;
    own[1] = (own[1] as number) + (colour[1] * scale - (own[1] as number)) * share;
    own[2] = (own[2] as number) + (colour[2] * scale - (own[2] as number)) * share;
  }

  private darken(amount: number): void {
    if (amount <= 0) return;
    const keep = 1 - Math.min(amount, 1);
    const own = this.colour;
    own[0] = (own[0] as number) * keep;
    own[1] = (own[1] as number) * keep;
    own[2] = (own[2] as number) * keep;
  }
}
