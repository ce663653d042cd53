import { z } from 'zod';
import { NAME, NAME_PATTERN } from '../names.js';

export const MODEL_STATES = ['importing', 'ready', 'failed'] as const;
export type ModelState = (typeof MODEL_STATES)[number];

/** Where a stored model comes from. */
export const MODEL_SOURCES = ['run', 'import'] as const;
export type ModelSource = (typeof MODEL_SOURCES)[number];

/** What a stored model can be exported to. */
export const EXPORT_FORMATS = ['safetensors', 'onnx', 'mxnet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Name of models, and of their aliases. */
export const modelNameSchema = z
  .string()
  .regex(NAME, 'must be 1 to 63 of a-z, 0-9, ., _ and -, and begin with a letter or digit');
/** An alias is no number: `name@3` is a version. */
export const modelAliasSchema = modelNameSchema.refine(
  (alias) => !/^\d+$/.test(alias),
  'must not be a number: that is a version',
);

/** How people name a stored model: `mdl_...`, `name@alias` or `name@3`. */
export const MODEL_REF_PATTERN = `^(mdl_[0-9a-z]{20}|${NAME_PATTERN}@(${NAME_PATTERN}))$`;
export const modelRefSchema = z
  .string()
  .regex(new RegExp(MODEL_REF_PATTERN), 'must be the id of a model (mdl_...), name@alias or name@version');

export type ModelRef =
  | { readonly id: string }
  | { readonly name: string; readonly alias: string }
  | { readonly name: string; readonly version: number };

/** Takes such a reference apart; null: it is none. */
export function parseModelRef(text: string): ModelRef | null {
  if (!modelRefSchema.safeParse(text).success) return null;
  const [name, target] = text.split('@') as [string, string | undefined];
  if (target === undefined) return { id: text };
  if (!/^\d+$/.test(target)) return { name, alias: target };
  return /^[1-9]\d{0,8}$/.test(target) ? { name, version: Number(target) } : null;
}

/** A name made fit: other characters become `-`; null: nothing is left. */
export function fitModelName(text: string): string | null {
  const fit = text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, 63)
    .replace(/[._-]+$/, '');
  return fit === '' ? null : fit;
}
