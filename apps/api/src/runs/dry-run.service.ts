import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  estimateRun,
  RECIPE_LABEL,
  RECIPES,
  type CreateRun,
  type DatasetFacts,
  type DatasetSize,
  type DryRun,
  type RunConfig,
} from '#contracts';
import { findDatasetFacts, listSpeeds } from '#persistence';
import type { CreateRunQuery } from './queries.js';
import { resolveRun } from './resolve-run.js';
import { Submission } from './submission.js';

type GivenSize = Pick<CreateRunQuery, 'identities' | 'images'>;

/** What a run would be and need, without creating it. */
@Injectable()
export class DryRunService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly submission: Submission,
  ) {}

  /**
   * Holds a body to all that holds for `POST /runs`, and writes nothing.
   * @throws ArcFleetError `validation_failed`, as the creation would.
   */
  async check(input: CreateRun, given: GivenSize): Promise<DryRun> {
    this.submission.check(input);
    // A reference is looked up under a lock that lives in a transaction.
    return this.dataSource.transaction(async (manager) => {
      const config = await resolveRun(manager, input);
      const { datasetId } = config.dataset;
      const facts = datasetId === undefined ? null : await findDatasetFacts(manager, datasetId);
      const measured = await listSpeeds(manager, config.network.name);
      return { valid: true, config, estimate: estimateRun(config, sizeOf(config, given, facts), measured) };
    });
  }
}

/** The size of the data set from whoever knows it; what the request says goes first. */
function sizeOf({ labels, dataset }: RunConfig, { identities, images }: GivenSize, facts: DatasetFacts | null): DatasetSize {
  if (identities !== undefined || images !== undefined) {
    return { identities: identities ?? null, images: images ?? null, from: 'request' };
  }
  if (facts !== null) return { identities: facts.identities, images: facts.images, from: 'dataset' };
  const recipe = RECIPES.get(labels[RECIPE_LABEL] ?? '');
  const folder = dataset.path.replace(/\/+$/, '').split('/').at(-1);
  // Its numbers hold for its own set, and a folder of another name may be any.
  if (recipe === undefined || recipe.dataset.folder !== folder) return { identities: null, images: null, from: null };
  return { identities: recipe.dataset.numClasses, images: recipe.dataset.numImages, from: 'recipe' };
}
