import type { Command } from 'commander';
import { describeRecipe, findRecipe, RECIPES, type Recipe, type RecipeView } from '#contracts';

export function addRecipesCommand(program: Command): void {
  program
    .command('recipes')
    .description('list the recipes: named runs, each with the published numbers that it aims at')
    .argument('[name]', 'show one with its whole configuration')
    .option('--json', 'print JSON, as GET /recipes does')
    .action((name: string | undefined, { json }: { json?: boolean }) => {
      if (name === undefined) console.log(json ? toJson({ recipes: [...RECIPES.values()].map(describeRecipe) }) : listing());
      else console.log(json ? toJson(describeRecipe(findRecipe(name))) : page(describeRecipe(findRecipe(name))));
    });
}

const toJson = (value: unknown): string => JSON.stringify(value, null, 2);

function listing(): string {
  const recipes = [...RECIPES.values()];
  const width = Math.max(...recipes.map(({ name }) => name.length));
  const lines = recipes.map(
    (recipe) => `${recipe.name.padEnd(width)}  ${aims(recipe)}\n${' '.repeat(width)}  ${recipe.description}`,
  );
  return `${lines.join('\n')}\n\n* measured with something else, which the recipe names\narcfleet recipes NAME shows one; arcfleet train --recipe NAME runs it.`;
}

/** The published numbers in one line. */
function aims({ published, publishedNote }: Recipe | RecipeView): string {
  const numbers = published.map(({ set, metric, value }) => `${set} ${shortly(metric)} ${value}`);
  return numbers.join(' | ') + (publishedNote === null ? '' : ' *');
}

const shortly = (metric: string): string =>
  metric.replace('TAR at FAR ', '@').replace('rank-1 identification at 1 M distractors', 'id').replace(', at least', ' >=');

function page(recipe: RecipeView): string {
  const { name, description, dataset, published, publishedNote, source, requires, config } = recipe;
  return [
    `${name}: ${description}`,
    '',
    `data       ${dataset.name}: folder ${dataset.folder}, ${dataset.numClasses} identities, ${dataset.numImages} images`,
    ...published.map(
      ({ set, metric, value }, index) => `${(index === 0 ? 'published' : '').padEnd(10)} ${set}, ${metric}: ${value} %`,
    ),
    ...(publishedNote === null ? [] : [`${' '.repeat(10)} (${publishedNote})`]),
    `source     ${source.title}${source.url === null ? '' : `, ${source.url}`}`,
    `to add     ${requires.join(', ')}`,
    '',
    toJson(config),
  ].join('\n');
}
