import { Controller, Get, Param } from '@nestjs/common';
import {
  describeRecipe,
  findRecipe,
  RECIPES,
  recipeListSchema,
  recipeSchema,
  type RecipeList,
  type RecipeView,
} from '#contracts';
import { named, Operation } from '../http/operation.js';

/** Recipes are part of the code: nothing here asks a database. */
@Controller('recipes')
export class RecipesController {
  @Get()
  @Operation({
    id: 'recipes.list',
    summary: 'Named configurations, each with the published numbers that it aims at.',
    scope: null,
    status: 200,
    answer: named('RecipeList', recipeListSchema),
  })
  list(): RecipeList {
    return { recipes: [...RECIPES.values()].map(describeRecipe) };
  }

  @Get(':name')
  @Operation({
    id: 'recipes.get',
    summary: 'One recipe with its resolved configuration.',
    scope: null,
    params: { name: { type: 'string' } },
    status: 200,
    answer: named('Recipe', recipeSchema),
  })
  get(@Param('name') name: string): RecipeView {
    return describeRecipe(findRecipe(name));
  }
}
