import { Modal } from 'antd';
import { type Text, useT } from '../locale/locale';

const KEYS: [string[], Text][] = [
  [['/'], { zh: '搜索', en: 'Search' }],
  [['j', 'k'], { zh: '列表中下一条、上一条', en: 'Next or previous entry in a list' }],
  [['x'], { zh: '选择当前条', en: 'Select the current entry' }],
  [['Enter'], { zh: '打开当前条', en: 'Open the current entry' }],
  [['+', '-', '0'], { zh: '放大、缩小证明材料，适合宽度', en: 'Zoom a document in or out, or to the width' }],
  [['[', ']'], { zh: '向左、向右旋转证明材料', en: 'Rotate a document left or right' }],
  [[',', '.'], { zh: '上一份、下一份证明材料', en: 'Previous or next document' }],
  [['<', '>'], { zh: '证明材料的上一页、下一页', en: 'Previous or next page of a document' }],
  [['r'], { zh: '刷新数据', en: 'Reload the data' }],
  [['Esc'], { zh: '关闭对话框', en: 'Close a dialog' }],
  [['?'], { zh: '显示本页', en: 'Show this help' }],
];

/** Keyboard shortcuts of every page. Shortcuts of actions are shown on their buttons. */
export function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  const t = useT();
  return (
    <Modal open title={t({ zh: '快捷键', en: 'Keyboard shortcuts' })} footer={null} onCancel={onClose}>
      <table>
        <tbody>
          {KEYS.map(([keys, text]) => (
            <tr key={text.en}>
              <td style={{ paddingInlineEnd: 16, paddingBlock: 4 }}>
                {keys.map((key) => (
                  <kbd key={key} style={{ marginInlineEnd: 4 }}>
                    {key}
                  </kbd>
                ))}
              </td>
              <td>{t(text)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="muted">
        {t({ zh: '各操作的快捷键显示在其按钮上。', en: 'The shortcut of an action is shown on its button.' })}
      </p>
    </Modal>
  );
}
