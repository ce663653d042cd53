import type { LayerFactory } from '../layer.js';
import { normalizePixels, repeat, residual, sequential } from '../layers/structure.js';
import { convUnit, depthwiseUnit, gdcOutput, linearUnit } from '../layers/units.js';

const POINT = { kernel: 1, stride: 1, pad: 0 };

/** 1x1 to `width`, depthwise 3x3, linear 1x1 to `channels` (DResidual of fmobilefacenet). */
function bottleneck(name: string, width: number, channels: number, stride: number): LayerFactory {
  return sequential(
    convUnit(`${name}_conv_sep`, width, POINT),
    depthwiseUnit(`${name}_conv_dw`, { kernel: 3, stride, pad: 1 }),
    linearUnit(`${name}_conv_proj`, channels, POINT),
  );
}

function stage(name: string, count: number, width: number, channels: number): LayerFactory {
  return repeat(count, (index) => residual(bottleneck(`${name}_block${index}`, width, channels, 1)));
}

/**
 * MobileFaceNet as InsightFace's `y1` has it: blocks 1-4-6-2, GDC output (insightface.md 4.2). At 112 x 112 pixels and
 * embedding size 128: 1,003,264 parameters, 19,584 running statistics, 439.8 MFLOP an image.
 */
export function y1(embeddingSize: number): LayerFactory {
  return sequential(
    normalizePixels(127.5, 0.0078125),
    convUnit('conv_1', 64, { kernel: 3, stride: 2, pad: 1 }),
    depthwiseUnit('conv_2_dw', { kernel: 3, stride: 1, pad: 1 }),
    bottleneck('dconv_23', 128, 64, 2),
    stage('res_3', 4, 128, 64),
    bottleneck('dconv_34', 256, 128, 2),
    stage('res_4', 6, 256, 128),
    bottleneck('dconv_45', 512, 128, 2),
    stage('res_5', 2, 256, 128),
    convUnit('conv_6sep', 512, POINT),
    gdcOutput(embeddingSize),
  );
}
