import { describe, expect, it } from 'vitest';
import { ConfigurationError, readConfiguration } from './configuration.ts';

const read = (environment: Record<string, string>) => readConfiguration(environment, '/srv/exam');

describe('configuration by environment', () => {
  it('nothing set: LMDB in ./data on port 3000, with the demonstration', () => {
    expect(read({})).toMatchObject({
      host: '0.0.0.0',
      port: 3000,
      dataFolder: '/srv/exam/data',
      mongodbUri: undefined,
      demonstration: true,
      tls: undefined,
      trajectory: undefined,
    });
  });
  it('no demonstration account enters a MongoDB unasked', () => {
    const mongo = { MONGODB_URI: 'mongodb://a:1,b:2/meetlat?replicaSet=rs0', MEETLAT_SECRET: 'sixteen-characters' };
    expect(read(mongo).demonstration).toBe(false);
    expect(read({ ...mongo, MEETLAT_DEMO: 'on' }).demonstration).toBe(true);
  });
  it.each([
    ['an unknown setting', { MEETLAT_COLOUR: 'red' }, 'MEETLAT_COLOUR'],
    ['a port that is none', { PORT: '3000x' }, 'PORT'],
    ['a port too high', { PORT: '70000' }, 'PORT'],
    ['MongoDB without a secret', { MONGODB_URI: 'mongodb://localhost/x' }, 'MEETLAT_SECRET'],
    ['a short secret', { MEETLAT_SECRET: 'short' }, 'MEETLAT_SECRET'],
    ['no MongoDB address', { MONGODB_URI: 'http://localhost', MEETLAT_SECRET: 'sixteen-characters' }, 'MONGODB_URI'],
    ['half of a certificate', { MEETLAT_TLS_CERT: 'a.pem' }, 'MEETLAT_TLS_KEY'],
    ['a push without its secret', { MEETLAT_TRAJECTORY_URL: 'http://x/y' }, 'MEETLAT_TRAJECTORY_SECRET'],
    [
      'a push secret of another form',
      { MEETLAT_TRAJECTORY_URL: 'http://x/y', MEETLAT_TRAJECTORY_SECRET: 'abc' },
      'MEETLAT_TRAJECTORY_SECRET',
    ],
    ['neither on nor off', { MEETLAT_DEMO: 'perhaps' }, 'MEETLAT_DEMO'],
    ['a public address that is none', { MEETLAT_PUBLIC_URL: 'exam.example' }, 'MEETLAT_PUBLIC_URL'],
    ['no port for the metrics', { MEETLAT_METRICS: 'localhost' }, 'MEETLAT_METRICS'],
    ['a port too high for the metrics', { MEETLAT_METRICS: '::1:70000' }, 'MEETLAT_METRICS'],
  ])('%s stops the start and names the variable', (_, environment, variable) => {
    const attempt = (): unknown => read(environment);
    expect(attempt).toThrow(ConfigurationError);
    expect(attempt).toThrow(new RegExp(`^${variable}: [^\\n]+$`));
  });
  it.each([
    ['9100', '127.0.0.1'],
    ['0.0.0.0:9100', '0.0.0.0'],
    ['[::1]:9100', '::1'],
    ['metrics.internal:9100', 'metrics.internal'],
  ])('metrics at %s', (place, host) => expect(read({ MEETLAT_METRICS: place }).metrics).toEqual({ host, port: 9100 }));
  it('an empty value counts as absent', () =>
    expect(read({ PORT: '', MEETLAT_SECRET: '' })).toMatchObject({ port: 3000, secret: undefined }));
});
