/** The two Pages of the tests, their app, and a customer who writes to them. */
export const PAGE = {
  id: '100000000000001',
  name: "Jasper's Market",
  accessToken: 'TOKEN_OF_JASPERS_MARKET',
};
export const OTHER_PAGE = {
  id: '100000000000002',
  name: 'Second Page',
  accessToken: 'TOKEN_OF_SECOND_PAGE',
};
export const APP_SECRET = 'APP_SECRET_OF_TESTS';
export const CUSTOMER = '1001';
