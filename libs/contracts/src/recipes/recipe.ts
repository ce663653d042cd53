import { z } from 'zod';
import { ArcFleetError } from '../errors.js';
import { createRunSchema, runConfigSchema, type RunConfigInput } from '../run-config/run-config.js';

/** Fields that a recipe cannot know. */
export const RECIPE_REQUIREMENTS = ['dataset.path', 'pretrained'] as const;

/** A recipe as the API shows it. */
export const recipeSchema = z.object({
  name: z.string(),
  description: z.string(),
  /** The data set that the numbers were reached on. Another one may be given; its classes are read from it. */
  dataset: z.object({ name: z.string(), folder: z.string(), numClasses: z.number().int(), numImages: z.number().int() }),
  /** What others published and this recipe aims at; percent unless the metric says otherwise. */
  published: z.array(z.object({ set: z.string(), metric: z.string(), value: z.number() })),
  /** What the numbers were measured with, where it differs from the recipe. */
  publishedNote: z.string().nullable(),
  source: z.object({ title: z.string(), url: z.string().nullable() }),
  /** Fields that a run must add. */
  requires: z.array(z.enum(RECIPE_REQUIREMENTS)),
  /** The configuration with every default filled in, but for what it requires. */
  config: z.record(z.string(), z.unknown()),
});
export const recipeListSchema = z.object({ recipes: z.array(recipeSchema) });
export type RecipeView = z.output<typeof recipeSchema>;
export type RecipeList = z.output<typeof recipeListSchema>;

/** All of a run but the data set's path. */
export type RecipeConfig = Omit<RunConfigInput, 'dataset' | 'name' | 'labels'>;

export interface Recipe extends Omit<RecipeView, 'config' | 'published'> {
  readonly published: readonly RecipeView['published'][number][];
  readonly config: RecipeConfig;
}

/** Stands in for the path that a recipe does not know while its configuration is checked. */
const SOMEWHERE = { path: '/dataset' };

/** The recipe with its configuration resolved. */
export function describeRecipe(recipe: Recipe): RecipeView {
  const { dataset: _dataset, labels: _labels, ...config } = runConfigSchema.parse({ ...recipe.config, dataset: SOMEWHERE });
  return { ...recipe, published: [...recipe.published], config };
}

/**
 * Holds a recipe to the schema of a run when it is declared, so that one that is wrong is noticed at once.
 * @throws ArcFleetError `config_invalid`.
 */
export function checkRecipe(recipe: Recipe): Recipe {
  const parsed = createRunSchema.safeParse({ ...recipe.config, dataset: SOMEWHERE });
  if (parsed.success) return recipe;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new ArcFleetError('config_invalid', `The recipe ${recipe.name} is not a run. ${problems.join('; ')}`, { problems });
}
