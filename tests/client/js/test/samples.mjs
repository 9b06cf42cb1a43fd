// One value for each type of custom field, in the form of version 2 (semantics.md 11.2).

export const OPTIONS = [{ label: 'North' }, { label: 'South' }, { label: 'West' }];

/** `links` gives what a value can refer to: { user, person, organization, options: [ids] }. */
export const SAMPLES = {
  varchar: () => 'short text',
  varchar_auto: () => 'suggested text',
  text: () => 'first line\nsecond line',
  double: () => 12.5,
  monetary: () => ({ value: 500, currency: 'USD' }),
  set: ({ options }) => [options[0], options[2]],
  enum: ({ options }) => options[1],
  user: ({ user }) => user,
  org: ({ organization }) => organization,
  people: ({ person }) => person,
  phone: () => '+44 113 496 0000',
  date: () => '2026-05-04',
  daterange: () => ({ value: '2026-05-04', until: '2026-06-01' }),
  time: () => ({ value: '09:30:00', timezone_name: 'Europe/London' }),
  timerange: () => ({ value: '09:30:00', until: '11:00:00', timezone_name: 'Europe/London' }),
  address: () => ({ value: 'Water Lane 7, Leeds', locality: 'Leeds', country: 'United Kingdom' }),
};

export const TYPES = Object.keys(SAMPLES);

/** What of a stored value was written: the server may add parts to an object, such as `timezone_id`. */
export function writtenPart(stored, sample) {
  if (stored === null || typeof sample !== 'object' || Array.isArray(sample)) return stored;
  return Object.fromEntries(Object.keys(sample).map((key) => [key, stored[key]]));
}
