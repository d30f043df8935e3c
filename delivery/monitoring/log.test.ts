import { expect, it } from 'vitest';
import { civicTest } from '../sessions/example.suite.ts';
import { Sitting } from '../sessions/sitting.suite.ts';
import { proctoringLog } from './log.ts';

it('each line has the severity that the taxonomy gives it', () => {
  const sitting = new Sitting(civicTest).begin().toFirstPart();
  sitting.run({ type: 'pause', by: 't', reason: 'brandalarm' });
  sitting.run({ type: 'resume', by: 't' });
  sitting.run({ type: 'lose-connection' });
  sitting.run({ type: 'measure-outage', from: '2026-11-23T09:00:00.000Z', to: '2026-11-23T09:01:00.000Z' });
  sitting.ask({ kind: 'signal', signal: { type: 'print-attempted', monotonicMs: 1, wallMs: 1 } });
  sitting.ask({ kind: 'answer', handle: 'inobody', option: 'onothing' });
  const weighed = proctoringLog(sitting.events).filter(({ severity }) => severity !== 'info');
  expect(weighed.map(({ type, severity }) => [type, severity])).toEqual([
    ['paused', 'notice'],
    ['connection-lost', 'notice'],
    ['outage-measured', 'warning'],
    ['print-attempted', 'warning'],
    ['operation-refused', 'notice'],
  ]);
});
