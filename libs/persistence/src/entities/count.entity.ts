import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** How many runs (`run`, by kind and status) and webhook deliveries (`delivery`, by state) there are, up to the changes. */
@Entity({ name: 'counts' })
export class CountEntity {
  @PrimaryColumn({ name: 'subject', type: 'text', primaryKeyConstraintName: 'counts_pkey' })
  subject!: 'run' | 'delivery';

  @PrimaryColumn({ name: 'kind', type: 'text', primaryKeyConstraintName: 'counts_pkey' })
  kind!: string;

  @PrimaryColumn({ name: 'state', type: 'text', primaryKeyConstraintName: 'counts_pkey' })
  state!: string;

  @Column({ name: 'n', type: 'bigint' })
  n!: string;
}

/** Written by triggers, in the transaction of what they count; `results` adds them up. */
@Entity({ name: 'count_changes' })
export class CountChangeEntity {
  @PrimaryGeneratedColumn('identity', {
    name: 'id',
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'count_changes_pkey',
  })
  id!: string;

  @Column({ name: 'subject', type: 'text' })
  subject!: string;

  @Column({ name: 'kind', type: 'text' })
  kind!: string;

  @Column({ name: 'state', type: 'text' })
  state!: string;

  @Column({ name: 'n', type: 'int' })
  n!: number;
}
