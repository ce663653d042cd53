import { Controller, Get, Param } from '@nestjs/common';
import { describeRecipe, findRecipe, RECIPES, type RecipeList, type RecipeView } from '#contracts';

/** Recipes are part of the code: nothing here asks a database. */
@Controller('recipes')
export class RecipesController {
  @Get()
  list(): RecipeList {
    return { recipes: [...RECIPES.values()].map(describeRecipe) };
  }

  @Get(':name')
  get(@Param('name') name: string): RecipeView {
    return describeRecipe(findRecipe(name));
  }
}
