import { z } from 'zod';
import { ArcFleetError } from '../errors.js';
import { createRunSchema, type CreateRun } from '../run-config/run-config.js';
import { webhookInputSchema } from '../webhook-events.js';
import { isJsonObject, mergeConfig, valueAt, type JsonObject } from './merge-config.js';
import type { Recipe } from './recipe.js';
import { findRecipe } from './registry.js';

/** Label under which a run keeps the name of its recipe. */
export const RECIPE_LABEL = 'recipe';

/** The other body of `POST /runs`: a recipe by name, and what is to differ from it. */
export const recipeRunSchema = z.strictObject({
  recipe: z.string().min(1).max(100),
  /** Any part of a run's configuration, merged into the recipe's; null gives a field its default again. */
  overrides: z.record(z.string(), z.unknown()).default({}),
  webhooks: z.array(webhookInputSchema).max(10).default([]),
});
export type RecipeRunInput = z.input<typeof recipeRunSchema>;

/** What is wrong with a field. */
export interface FieldIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

type Outcome = { readonly run: CreateRun } | { readonly issues: readonly FieldIssue[] };

/**
 * Body of `POST /runs` in either form; the output is that of {@link createRunSchema}. What is wrong with a run of a recipe is told at
 * `/overrides/...`, or at `/recipe` where the value is the recipe's own and the overrides make it wrong.
 */
export const createRunBodySchema = z.unknown().transform((body, context): CreateRun => {
  const isRecipe = isJsonObject(body) && Object.hasOwn(body, 'recipe');
  const outcome = isRecipe ? parseRecipeRun(body) : toOutcome(createRunSchema.safeParse(body));
  if ('run' in outcome) {
    if (isRecipe) placeInOverrides(outcome.run);
    return outcome.run;
  }
  for (const { path, message } of outcome.issues) context.addIssue({ code: 'custom', path: [...path], message });
  return z.NEVER;
});

/** Runs whose bodies said what differs from a recipe or another run: their output does not say so. */
const inOverrides = new WeakSet<CreateRun>();

/** Fields of the run stand in the `overrides` of the body that it was made from. */
export function placeInOverrides(run: CreateRun): CreateRun {
  inOverrides.add(run);
  return run;
}

/** Where a field of a run, for example `/dataset/ref`, stands in the body that it was made from. */
export function pointerOfRun(run: CreateRun, pointer: string): string {
  return inOverrides.has(run) ? `/overrides${pointer}` : pointer;
}

/** The configuration of a recipe with overrides, not yet checked. */
export function expandRecipe(recipe: Recipe, overrides: JsonObject): JsonObject {
  const merged = keepGroups(recipe, overrides, mergeConfig(recipe.config as JsonObject, overrides));
  const { labels = {} } = merged;
  // What is no object is left for the schema to refuse.
  return isJsonObject(labels) ? { ...merged, labels: { ...labels, [RECIPE_LABEL]: recipe.name } } : merged;
}

/**
 * At another number of ranks or another batch a recipe stays the same training only with its own batch norm groups: it keeps them where a
 * rank's share holds whole ones, unless the overrides say otherwise (null: one group per rank's share).
 */
function keepGroups({ config }: Recipe, overrides: JsonObject, merged: JsonObject): JsonObject {
  const path = ['batch', 'bnGroupSize'];
  if (valueAt(overrides, path) !== undefined || valueAt(merged, path) !== undefined) return merged;
  const own = shareOf(config);
  if (own === undefined || !isJsonObject(merged['batch'])) return merged;
  const share = shareOf(merged);
  return share !== own && share !== undefined && share % own === 0
    ? { ...merged, batch: { ...merged['batch'], bnGroupSize: own } }
    : merged;
}

/** Images that a rank embeds at once; undefined where that is no whole number. */
function shareOf(config: object): number | undefined {
  const number = (path: string[], fallback?: number) => {
    const value = valueAt(config, path) ?? fallback;
    return typeof value === 'number' && value >= 1 ? value : NaN;
  };
  const share = number(['batch', 'globalBatchSize']) / (number(['ranks', 'max'], 1) * number(['batch', 'accumulationSteps'], 1));
  return Number.isInteger(share) ? share : undefined;
}

function parseRecipeRun(body: JsonObject): Outcome {
  const request = recipeRunSchema.safeParse(body);
  if (!request.success) return { issues: toIssues(request.error) };
  const { recipe: name, overrides, webhooks } = request.data;
  let recipe: Recipe;
  try {
    recipe = findRecipe(name);
  } catch (error) {
    if (!(error instanceof ArcFleetError)) throw error;
    return { issues: [{ path: ['recipe'], message: error.message }] };
  }
  if (Object.hasOwn(overrides, 'webhooks')) {
    return { issues: [{ path: ['overrides', 'webhooks'], message: 'belongs beside overrides, not into them' }] };
  }
  const input = expandRecipe(recipe, overrides);
  const outcome = toOutcome(createRunSchema.safeParse({ ...input, webhooks }));
  const missing = missingFields(recipe, input);
  if ('run' in outcome && missing.length === 0) return outcome;
  const found = 'run' in outcome ? [] : outcome.issues;
  return {
    issues: [
      ...missing,
      ...found
        .filter(({ path }) => !missing.some((other) => startsWith(other.path.slice(1), path)))
        .map((issue) => locate(issue, recipe, overrides)),
    ],
  };
}

function toOutcome(result: z.ZodSafeParseResult<CreateRun>): Outcome {
  return result.success ? { run: result.data } : { issues: toIssues(result.error) };
}

/** One per field; an unknown key is named itself, not by its parent. */
export function toIssues(error: z.ZodError): FieldIssue[] {
  return error.issues.flatMap((issue): FieldIssue[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key], message: 'is not a known field' }))
      : [{ path: issue.path, message: issue.message }],
  );
}

/** What the recipe cannot know and the overrides do not say. */
function missingFields({ name, requires, dataset }: Recipe, input: JsonObject): FieldIssue[] {
  const messages = {
    'dataset.path': `is required: the recipe ${name} knows its data set (${dataset.name}, folder ${dataset.folder}) but not where it lies (or dataset.ref: a registered data set)`,
    pretrained: `is required: the recipe ${name} goes on from a stored model; give its path`,
  };
  return requires
    .filter((field) => valueAt(input, field.split('.')) === undefined)
    .filter((field) => field !== 'dataset.path' || valueAt(input, ['dataset', 'ref']) === undefined)
    .map((field) => ({ path: ['overrides', ...field.split('.')], message: messages[field] }));
}

/** True where `path` is `whole` or leads to it. */
function startsWith(whole: readonly PropertyKey[], path: readonly PropertyKey[]): boolean {
  return path.every((key, index) => key === whole[index]);
}

function locate({ path, message }: FieldIssue, { name, config }: Recipe, overrides: JsonObject): FieldIssue {
  const isOfRecipe = valueAt(overrides, path) === undefined && valueAt(config, path) !== undefined;
  if (!isOfRecipe) return { path: ['overrides', ...path], message };
  return { path: ['recipe'], message: `${path.join('.')} of ${name} ${message}; set it in overrides` };
}
