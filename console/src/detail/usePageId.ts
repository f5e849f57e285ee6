import { useLocation } from 'react-router';

/**
 * The id of the thing whose page is open: the last part of the address. The router's own parameters do not tell a
 * slash within an order number from the text “%2F”.
 */
export function usePageId(): string {
  const { pathname } = useLocation();
  return decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1));
}
