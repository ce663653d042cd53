import { ArcFleetError } from '../errors.js';
import { ARCFACE_TORCH_RECIPES } from './arcface-torch.js';
import { DEMO_RECIPE } from './demo.js';
import { INSIGHTFACE_RECIPES } from './insightface.js';
import { checkRecipe, type Recipe } from './recipe.js';

/** Every recipe by its name, in the order in which they are listed. */
export const RECIPES: ReadonlyMap<string, Recipe> = new Map(
  [DEMO_RECIPE, ...INSIGHTFACE_RECIPES, ...ARCFACE_TORCH_RECIPES].map((recipe) => [recipe.name, checkRecipe(recipe)]),
);

/**
 * A recipe by name; underscores count as hyphens, since arcface_torch's files are named with them.
 * @throws ArcFleetError `not_found`, naming what there is.
 */
export function findRecipe(name: string): Recipe {
  const recipe = RECIPES.get(name.replaceAll('_', '-'));
  if (recipe) return recipe;
  const known = [...RECIPES.keys()];
  throw new ArcFleetError('not_found', `There is no recipe "${name.slice(0, 100)}"; there are: ${known.join(', ')}.`, { known });
}
