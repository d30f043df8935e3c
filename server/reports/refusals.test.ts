import { IrtError } from 'itemresponsetheory';
import { describe, expect, it } from 'vitest';
import { ResponseFileError } from '../../item-bank/calibration/response-file-error.ts';
import { reportVoice } from '../../words/reports.ts';
import { reasonOfRefusal, refusalOf } from './refusals.ts';

const said = (error: unknown, language: 'nl' | 'en', place: 'command' | 'page' = 'page'): string => {
  const refusal = refusalOf(error);
  return refusal === undefined ? '' : reasonOfRefusal(refusal, reportVoice(language), place);
};

describe('a refusal in words', () => {
  it('names line, item and value, and what to do where the reader is', () => {
    const error = new ResponseFileError('duplicate-response', 'twice', { person: 'P1', item: 'Q2' });
    expect(said(error, 'nl')).toBe('Persoon P1 heeft item Q2 twee keer beantwoord. Of kies ‘houd het eerste’.');
    expect(said(error, 'en', 'command')).toBe('Person P1 answered item Q2 twice. --duplicates first keeps the first.');
  });
  it('fills in field and value of the engine, and falls back on English where nothing fits', () => {
    expect(said(new IrtError('singular', 'information', 'Q2', 'must be regular'), 'nl')).toBe(
      'De standaardfouten zijn niet te berekenen: information, Q2. Een eenvoudiger model kan helpen.',
    );
    expect(said(new IrtError('cuts-crossed', 'cuts', 3, 'must rise'), 'nl')).toBe('cuts: 3 must rise');
    expect(said(new ResponseFileError('unknown-category', 'line 2, rating: "x" is no number'), 'nl')).toBe(
      'line 2, rating: "x" is no number',
    );
  });
  it('knows a fault from a refusal', () => expect(refusalOf(new Error('x'))).toBeUndefined());
});
