/**
 * Calibration jobs of the designers. The state of a job is kept in storage and changed by compare-and-set only: a page
 * may be reloaded, and another process may cancel it. The work itself is done in a thread of the process that took the
 * responses in; when that process ends, its heartbeat stops and the job is interrupted. Nothing is published by a job:
 * that is an act of its own.
 */
import { rm } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { type Instant, toEpochMs } from '../../storage/document/instant.ts';
import { type Key, RevisionConflict, type Stored } from '../../storage/port.ts';
import { tenants } from '../../people/agencies/agency.ts';
import type { CalibrationFile, CalibrationJob, CalibrationJobs } from '../calibration-job.ts';
import type { Program } from '../program.ts';
import type { CalibrationFiles } from './calibration-files.ts';
import type { WorkerNews, WorkerTask } from './calibration-worker.ts';
import type { Job } from './job.ts';
import type { UploadFolder } from './upload-folder.ts';

/** Progress is written so often; it is the heartbeat too, ms. */
const beatMs = 500;
/** Silence longer than this is the end of the process that worked on it, ms. */
const silentMs = 10_000;
/** A thread that needs more memory than this ends, and the server lives on, MB. */
const memoryMb = 2048;

export class CalibrationRefused extends Error {
  constructor(readonly code: 'busy' | 'not-running' | 'no-files') {
    super(`calibration: ${code}`);
    this.name = 'CalibrationRefused';
  }
}

/** Makes the thread; a test may hand another file. */
export type StartWorker = (task: WorkerTask) => Worker;
export const startWorker =
  (file: string): StartWorker =>
  (task) =>
    new Worker(file, { workerData: task, resourceLimits: { maxOldGenerationSizeMb: memoryMb } });

interface Running {
  stored: Stored<CalibrationJob>;
  worker?: Worker;
  /** The uploaded responses: removed at the end, whatever it is. */
  readonly file: string | undefined;
  stopBeating: () => void;
  /** The last write that was asked for. */
  writing: Promise<void>;
  fresh: Partial<CalibrationJob>;
  isOver: boolean;
  /** The thread is done; what it made is being kept. */
  keeping?: Promise<void>;
}

export interface CalibrationStart extends Pick<
  CalibrationJob,
  'bank' | 'base' | 'model' | 'anchors' | 'source' | 'groups' | 'duplicates' | 'equivalentGroups' | 'by'
> {
  readonly file?: string;
  /** Gathers what the thread works on. */
  readonly task: () => Promise<WorkerTask>;
}

export class Calibrations {
  private readonly running = new Map<string, Running>();
  private readonly holder: string;
  private isStarting = false;

  constructor(
    private readonly program: Pick<Program, 'now' | 'makeId' | 'timers' | 'log' | 'agencies'>,
    private readonly jobs: CalibrationJobs,
    private readonly files: CalibrationFiles,
    private readonly start: StartWorker,
    private readonly uploads: UploadFolder,
  ) {
    this.holder = program.makeId();
  }

  /** Where an upload is put down; the ending says what is in it. */
  uploadPath(ending: 'csv' | 'jsonl'): Promise<string> {
    return this.uploads.path(this.holder, this.program.makeId(), ending);
  }

  /** Starts a job's thread. Throws CalibrationRefused while this process has one: other cores are the candidates'. */
  async begin(tenant: string, { task, file, ...facts }: CalibrationStart): Promise<Stored<CalibrationJob>> {
    this.requireFree();
    this.isStarting = true;
    try {
      const now = this.program.now();
      const key = { tenant, id: this.program.makeId() };
      const stored = await this.jobs.insert(key, {
        ...facts,
        createdAt: now,
        state: 'running',
        holder: this.holder,
        beatAt: now,
      });
      const run: Running = {
        stored,
        file,
        stopBeating: () => undefined,
        writing: Promise.resolve(),
        fresh: {},
        isOver: false,
      };
      this.running.set(key.id, run);
      run.stopBeating = this.program.timers.every(beatMs, () => {
        this.write(run, { beatAt: this.program.now() });
      });
      void this.launch(run, task);
      return stored;
    } finally {
      this.isStarting = false;
    }
  }

  private async launch(run: Running, task: CalibrationStart['task']): Promise<void> {
    try {
      const made = await task();
      if (run.isOver) return;
      run.worker = this.start(made);
      this.listen(run, run.worker);
    } catch (error) {
      this.program.log.error({ err: error }, 'calibration not started');
      this.end(run, { state: 'failed', failure: { code: 'internal', detail: '' } });
    }
  }

  /** Asked before an upload is taken in, too. */
  requireFree(): void {
    if (this.isStarting || this.running.size > 0) throw new CalibrationRefused('busy');
  }

  /** One of the job's files, packed by gzip. */
  file({ tenant, id }: Key, name: CalibrationFile): Promise<Uint8Array | undefined> {
    return this.files.read({ tenant, id }, name);
  }

  get(key: Key): Promise<Stored<CalibrationJob> | undefined> {
    return this.jobs.get(key);
  }
  /** Newest first. */
  async list(tenant: string): Promise<readonly Stored<CalibrationJob>[]> {
    return (await this.jobs.find(tenant, { index: 'createdAt', equal: [], descending: true, limit: 30 })).documents;
  }
  watch(key: Key, changed: () => void): () => void {
    return this.jobs.watch(key.tenant, ({ id }) => {
      if (id === key.id) changed();
    });
  }

  /** From any process: whoever works on it finds the state changed at its next heartbeat. */
  async cancel(key: Key): Promise<void> {
    for (;;) {
      await this.running.get(key.id)?.writing;
      const stored = await this.jobs.get(key);
      if (stored?.value.state !== 'running') throw new CalibrationRefused('not-running');
      try {
        await this.jobs.replace(key, stored.revision, {
          ...stored.value,
          state: 'cancelled',
          endedAt: this.program.now(),
        });
      } catch (error) {
        if (error instanceof RevisionConflict) continue;
        throw error;
      }
      const run = this.running.get(key.id);
      if (run !== undefined) await this.leave(run);
      return;
    }
  }

  /** Erases report and tables; what was estimated stays, for the releases that were made of it. */
  async eraseFiles(key: Key): Promise<void> {
    for (;;) {
      const stored = await this.jobs.get(key);
      if (stored?.value.files === undefined) throw new CalibrationRefused('no-files');
      await this.files.erase(key);
      const { files: _, ...value } = stored.value;
      try {
        await this.jobs.replace(key, stored.revision, { ...value, filesErasedAt: this.program.now() });
        return;
      } catch (error) {
        if (!(error instanceof RevisionConflict)) throw error;
      }
    }
  }

  /** The process ends: what it worked on is interrupted, and says so at once. */
  async stop(): Promise<void> {
    await Promise.all(
      [...this.running.values()].map(async (run) => {
        this.end(run, { state: 'interrupted' });
        await run.keeping;
        await run.writing;
      }),
    );
  }

  /** Finds jobs whose process was killed. */
  sweep(): Job {
    return {
      name: 'calibrations',
      everyMs: 2_000,
      run: async () => {
        for (const tenant of await tenants(this.program.agencies)) await this.sweepTenant(tenant);
      },
    };
  }

  private async sweepTenant(tenant: string): Promise<void> {
    const now = toEpochMs(this.program.now());
    for (const stored of (await this.jobs.find(tenant, { index: 'state', equal: ['running'], limit: 100 })).documents) {
      if (this.running.has(stored.id) || now - toEpochMs(stored.value.beatAt) <= silentMs) continue;
      try {
        await this.jobs.replace(stored, stored.revision, {
          ...stored.value,
          state: 'interrupted',
          endedAt: this.program.now(),
        });
        await this.files.erase(stored);
        await this.uploads.removeOf(stored.value.holder);
      } catch (error) {
        // It was alive after all, or another process found it first.
        if (!(error instanceof RevisionConflict)) throw error;
      }
    }
  }

  private listen(run: Running, worker: Worker): void {
    worker.on('message', (news: WorkerNews) => {
      switch (news.kind) {
        case 'lines':
          run.fresh = { ...run.fresh, lines: news.lines };
          return;
        case 'read':
          this.write(run, { read: { persons: news.persons, items: news.items } });
          return;
        case 'cycle':
          run.fresh = {
            ...run.fresh,
            progress: { cycle: news.cycle, logLikelihood: news.logLikelihood, largestChange: news.largestChange },
          };
          return;
        case 'finished':
          run.keeping = this.keep(run, news);
          return;
        case 'failed':
          this.end(run, {
            state: 'failed',
            failure: {
              code: news.code,
              detail: news.detail,
              ...(news.fields === undefined ? {} : { fields: { ...news.fields } }),
            },
          });
          return;
      }
    });
    worker.on('error', (error) => {
      const tooLarge = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.program.log.error({ err: error }, 'calibration failed');
      this.end(run, { state: 'failed', failure: { code: tooLarge ? 'too-much-data' : 'internal', detail: '' } });
    });
    worker.on('exit', () => {
      if (run.keeping === undefined) this.end(run, { state: 'failed', failure: { code: 'internal', detail: '' } });
    });
  }

  /** Files that cannot be kept do not cost the outcome. Of a job that ended otherwise meanwhile nothing is kept. */
  private async keep(run: Running, { outcome, files }: Extract<WorkerNews, { kind: 'finished' }>): Promise<void> {
    const kept = await this.files.keep(run.stored, files).catch((error: unknown) => {
      this.program.log.error({ err: error }, 'report of a calibration not kept');
      return [];
    });
    if (run.isOver)
      await this.files.erase(run.stored).catch((error: unknown) => {
        this.program.log.error({ err: error }, 'report of a calibration not removed');
      });
    else this.end(run, { state: 'finished', outcome, ...(kept.length === 0 ? {} : { files: [...kept] }) });
  }

  /** Only the first end counts. Everything is cleared away before the end is told: who sees it may begin another. */
  private end(run: Running, change: Partial<CalibrationJob>): void {
    if (run.isOver) return;
    run.isOver = true;
    const endedAt = this.program.now();
    run.writing = run.writing
      .then(() => this.leave(run))
      .catch((error: unknown) => {
        this.program.log.error({ err: error }, 'calibration not cleared away');
      });
    this.queue(run, { ...change, endedAt });
  }

  /** Writes one after the other. Somebody else's write means that the job is no longer ours: the thread is stopped. */
  private write(run: Running, change: Partial<CalibrationJob>): void {
    if (!run.isOver) this.queue(run, change);
  }

  private queue(run: Running, change: Partial<CalibrationJob>): void {
    run.writing = run.writing.then(async () => {
      const value = { ...run.stored.value, ...run.fresh, ...change };
      try {
        run.stored = await this.jobs.replace(run.stored, run.stored.revision, value);
      } catch (error) {
        if (!(error instanceof RevisionConflict))
          this.program.log.error({ err: error }, 'progress of a calibration not kept');
        else {
          await this.leave(run);
          if (run.keeping !== undefined) await this.files.erase(run.stored);
        }
      }
    });
  }

  private async leave(run: Running): Promise<void> {
    run.isOver = true;
    run.stopBeating();
    this.running.delete(run.stored.id);
    await run.worker?.terminate();
    if (run.file !== undefined) await rm(run.file, { force: true });
  }
}

/** As a person should see it now: a heartbeat that stopped long ago is no running job, whatever storage says still. */
export const stateNow = ({ state, beatAt }: CalibrationJob, now: Instant): CalibrationJob['state'] =>
  state === 'running' && toEpochMs(now) - toEpochMs(beatAt) > silentMs ? 'interrupted' : state;
