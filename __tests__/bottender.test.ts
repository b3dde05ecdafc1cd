import * as parts from 'bottender';
import * as whole from 'bottender/dist';

/** See support/bottender.js. */
test.each(Object.keys(parts))(
  'what suites load of Bottender by itself is its own: %s',
  (name) => {
    expect(Reflect.get(parts, name)).toBeDefined();
    expect(Reflect.get(parts, name)).toBe(Reflect.get(whole, name));
  },
);
