import { useQuery } from '@tanstack/react-query';
import { Button, Empty, Select, Skeleton, Tag, Tree, type TreeProps } from 'antd';
import { type ComponentRef, useDeferredValue, useEffect, useRef, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { hrefOf } from '../../../../domain/kinds';
import { WORDS } from '../../../../domain/words/glossary';
import { api, data } from '../../api/client';
import { Facts, Panel } from '../../detail/Panel';
import { type Text, useT } from '../../locale/locale';
import { FullPageProblem } from '../../ui/FullPage';
import { useFormats } from '../../ui/format';
import { Page } from '../../ui/Page';
import { StateTag } from '../../ui/StateTag';
import { type SponsorNode, TOP, useSponsorTree } from './useSponsorTree';

const TEXTS = {
  title: { zh: '上下级关系', en: 'Sponsor tree' },
  search: { zh: '查找分销商，展开到其位置', en: 'Find a distributor and show it in the tree' },
  chosen: { zh: '选中的分销商', en: 'Selected distributor' },
  choose: {
    zh: '在树中选择一个分销商，或在上方查找。',
    en: 'Select a distributor in the tree, or find one above.',
  },
  more: { zh: '显示更多…', en: 'Show more…' },
  open: { zh: '打开分销商', en: 'View distributor' },
  direct: { zh: '直接下级', en: 'Direct downline' },
  all: { zh: '全部下级', en: 'Total downline' },
  level: { zh: '层级', en: 'Level' },
  way: { zh: '上级链', en: 'Sponsor chain' },
  none: { zh: '还没有分销商', en: 'No distributors yet' },
  nothing: { zh: '没有找到', en: 'No results' },
  near: { zh: '接近 30 人', en: 'Close to 30 people' },
  large: { zh: '已达 30 人', en: '30 people or more' },
} satisfies Record<string, Text>;

/** Including its top, a team of 30 needs attention (公通字〔2013〕37号), and one close to that soon. */
const LARGE_TEAM = 29;
const NEAR_LARGE_TEAM = 23;
const MORE = 'more/';

interface TreeNode {
  key: string;
  node?: SponsorNode;
  isLeaf: boolean;
  children?: TreeNode[];
}

/** The sponsor tree, opened level by level. */
export default function SponsorTreePage() {
  const t = useT();
  const [params, setParams] = useSearchParams();
  const at = params.get('at') ?? undefined;
  const { read, readMore, loadPath } = useSponsorTree();
  const [expanded, setExpanded] = useState<readonly string[]>([]);
  const [way, setWay] = useState<readonly SponsorNode[]>([]);
  const [problem, setProblem] = useState<Error>();
  const tree = useRef<ComponentRef<typeof Tree>>(null);

  useEffect(() => {
    let isStale = false;
    const show = async () => {
      try {
        if (!at) {
          await readMore(TOP);
          return;
        }
        const path = await loadPath(at);
        if (isStale) return;
        setWay(path);
        setExpanded((open) => [...new Set([...open, ...path.slice(0, -1).map(({ id }) => id)])]);
        // After the rows are rendered.
        setTimeout(() => tree.current?.scrollTo({ key: at, align: 'auto' }), 100);
      } catch (error) {
        if (!isStale) setProblem(error instanceof Error ? error : new Error(String(error)));
      }
    };
    void show();
    return () => {
      isStale = true;
    };
  }, [at, loadPath, readMore]);

  const go = (id: string) => setParams({ at: id }, { replace: true });
  const nodesBelow = (parent: string): TreeNode[] | undefined => {
    const siblings = read.get(parent);
    if (!siblings) return undefined;
    const nodes: TreeNode[] = siblings.items.map((node) => ({
      key: node.id,
      node,
      isLeaf: node.children === 0,
      children: nodesBelow(node.id),
    }));
    return siblings.nextCursor ? [...nodes, { key: `${MORE}${parent}`, isLeaf: true }] : nodes;
  };
  const treeData = nodesBelow(TOP);
  const chosen = way.at(-1);
  const known = chosen && read.get(chosen.sponsorId ?? TOP)?.items.find(({ id }) => id === chosen.id);

  const select: TreeProps<TreeNode>['onSelect'] = (_keys, { node: { key } }) => {
    if (key.startsWith(MORE)) void readMore(key.slice(MORE.length)).catch(setProblem);
    else go(key);
  };

  if (problem) {
    return (
      <FullPageProblem
        error={problem}
        retry={() => {
          setProblem(undefined);
          setParams({});
        }}
      />
    );
  }
  return (
    <Page title={t(TEXTS.title)} actions={<Finder onFound={go} />}>
      <div className="two-columns">
        <section className="panel" aria-label={t(TEXTS.title)}>
          {!treeData && <Skeleton active />}
          {treeData?.length === 0 && <Empty description={t(TEXTS.none)} />}
          {treeData && treeData.length > 0 && (
            <Tree<TreeNode>
              ref={tree}
              aria-label={t(TEXTS.title)}
              treeData={treeData}
              height={Math.max(320, window.innerHeight - 190)}
              itemHeight={30}
              showLine
              blockNode
              selectedKeys={at ? [at] : []}
              expandedKeys={[...expanded]}
              onExpand={(keys) => setExpanded(keys.map(String))}
              loadData={({ key }) => readMore(key)}
              onSelect={select}
              titleRender={({ node }) =>
                node ? <NodeTitle node={node} /> : <span className="strong">{t(TEXTS.more)}</span>
              }
            />
          )}
        </section>
        <Panel title={TEXTS.chosen}>
          {chosen ? (
            <>
              <Facts
                columns={1}
                facts={[
                  [WORDS.name, chosen.name],
                  [WORDS.state, <StateTag key="state" state={chosen.state} />],
                  [WORDS.tier, chosen.tier],
                  [TEXTS.level, way.length],
                  [TEXTS.direct, chosen.children],
                  [TEXTS.all, known?.descendants],
                  [
                    TEXTS.way,
                    <span key="way">
                      {way.map(({ id, name }, index) => (
                        <span key={id}>
                          {index > 0 && ' → '}
                          <Button type="link" size="small" style={{ padding: 0 }} onClick={() => go(id)}>
                            {name}
                          </Button>
                        </span>
                      ))}
                    </span>,
                  ],
                ]}
              />
              <Link to={hrefOf('distributor', chosen.id)}>
                <Button type="primary" style={{ marginTop: 12 }}>
                  {t(TEXTS.open)}
                </Button>
              </Link>
            </>
          ) : (
            <span className="muted">{t(TEXTS.choose)}</span>
          )}
        </Panel>
      </div>
    </Page>
  );
}

function NodeTitle({ node }: { node: SponsorNode }) {
  const t = useT();
  const { number } = useFormats();
  const { name, tier, state, children, descendants } = node;
  return (
    <span className="nowrap">
      {name} <span className="muted">{tier}</span> {state !== 'active' && <StateTag state={state} />}
      {children > 0 && (
        <span className="muted">
          {t({ zh: `直接 ${number(children)}`, en: `${number(children)} direct` })}
          {descendants !== undefined &&
            t({ zh: ` · 全部 ${number(descendants)}`, en: ` · ${number(descendants)} total` })}
        </span>
      )}{' '}
      {descendants !== undefined && descendants >= NEAR_LARGE_TEAM && (
        <Tag color={descendants >= LARGE_TEAM ? 'error' : 'warning'}>
          {t(descendants >= LARGE_TEAM ? TEXTS.large : TEXTS.near)}
        </Tag>
      )}
    </span>
  );
}

/** Finds a distributor by name or referral code. */
function Finder({ onFound }: { onFound: (id: string) => void }) {
  const t = useT();
  const [text, setText] = useState('');
  const q = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ['find-distributor', q],
    queryFn: ({ signal }) =>
      data(api.GET('/v1/distributors', { params: { query: { q, limit: 20 } }, signal })),
    enabled: q.length > 0,
  });
  return (
    <Select<string>
      style={{ width: 340, maxWidth: '100%' }}
      aria-label={t(TEXTS.search)}
      placeholder={t(TEXTS.search)}
      showSearch={{ filterOption: false, onSearch: setText }}
      value={null}
      loading={found.isFetching}
      notFoundContent={q && found.isSuccess ? t(TEXTS.nothing) : null}
      options={(found.data?.items ?? []).map(({ id, name, referralCode }) => ({
        value: id,
        label: `${name} · ${referralCode}`,
      }))}
      onChange={onFound}
    />
  );
}
