import { useLocation } from 'react-router';

/**
 * ID of the entity whose page is open: the last part of the path. The parameters of the router do not distinguish a
 * slash in an order number from the text “%2F”.
 */
export function usePageId(): string {
  const { pathname } = useLocation();
  return decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1));
}
