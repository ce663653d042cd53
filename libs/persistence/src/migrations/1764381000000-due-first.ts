import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is due is found by its time: most endpoints that have something waiting have nothing that is due. */
export class DueFirst1764381000000 implements MigrationInterface {
  readonly name = 'DueFirst1764381000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `create index webhook_deliveries_due_first on webhook_deliveries (next_attempt_at, endpoint_id) where state = 'pending'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index webhook_deliveries_due_first`);
  }
}
