"""The words of the explorer page, in English and Chinese."""

from standpoint.codebook import Words

LANGUAGES = ("en", "zh")

WORDS = {
    "tagline": Words(
        "Which frames does an article use, and what stance does it take toward each actor?",
        "一篇文章用了哪些框架，对其中每个行为体持什么立场？",
    ),
    "skip": Words("Skip to the result", "跳到结果"),
    "language": Words("Language", "语言"),
    "another": Words("Another article", "换一篇文章"),
    "title": Words("Title", "标题"),
    "optional": Words("optional", "可不填"),
    "text": Words("Text", "正文"),
    "text_hint": Words(
        "Chinese or English, read in full. Up to {limit} characters with the title.",
        "中文或英文，全文读取。连同标题最多 {limit} 个字符。",
    ),
    "too_long": Words(
        "At most {limit} characters are read. Split the article.", "最多读取 {limit} 个字符。请分段提交。"
    ),
    "other": Words("Other actors to look for", "另需查找的行为体"),
    "other_hint": Words(
        "One a line; more names of the same actor after commas, as in: Pensana, 彭萨纳",
        "每行一个；同一行为体的其他名称用逗号隔开，例如：Pensana，彭萨纳",
    ),
    "key": Words("API key", "API 密钥"),
    "key_hint": Words(
        "Sent with this form only; it is not kept, and not shown again.", "只随本表单发送，不保存，也不再显示。"
    ),
    "analyse": Words("Analyse", "分析"),
    "samples": Words("Or try a sample", "或试用样例"),
    "samples_hint": Words(
        "Made up by a machine for this project: the events, figures and quotations are invented.",
        "由机器为本项目编写：事件、数字和引语均为虚构。",
    ),
    "made_up": Words(
        "A made-up sample: the events, figures and quotations are invented.", "虚构样例：事件、数字和引语均为编造。"
    ),
    "result": Words("Result", "结果"),
    "no_title": Words("No title", "无标题"),
    "frames": Words("Frames", "框架"),
    "frames_hint": Words(
        "Calibrated probability. The tick is the frame's threshold; from there on it counts as present.",
        "校准后的概率。竖线为该框架的阈值，达到即判为出现。",
    ),
    "shown_frames": Words("Evidence shown in the text", "文中显示的依据"),
    "present": Words("present", "出现"),
    "absent": Words("not present", "未出现"),
    "threshold": Words("threshold {threshold} %", "阈值 {threshold} %"),
    "never": Words("never called: too few examples", "不作判断：样例太少"),
    "sentence": Words("{n} sentence", "{n} 句依据"),
    "sentences": Words("{n} sentences", "{n} 句依据"),
    "no_frame": Words("No frame reaches its threshold.", "没有框架达到阈值。"),
    "no_frame_model": Words("This model finds no frames.", "此模型不识别框架。"),
    "actors": Words("Actors", "行为体"),
    "actors_hint": Words(
        "How the article portrays each actor it names. Point at one to see its mentions and evidence in the text; "
        "click to keep them.",
        "文章对所提到的每个行为体的描写。指向某一行为体，可在文中看到对它的提及与依据；点击可保持显示。",
    ),
    "weighed": Words(
        "A rare stance is called at a lower probability than a common one.", "少见的立场在较低概率时即判定。"
    ),
    "no_actor": Words("No actor of the codebook is named.", "没有提到编码手册中的行为体。"),
    "found_by": Words(
        "Asked for beside the codebook. Looked for as: {names}", "编码手册之外另需查找。查找的名称：{names}"
    ),
    "unnamed": Words("Not found in the text: {names}", "文中未找到：{names}"),
    "no_stance_model": Words("This model finds no stances.", "此模型不识别立场。"),
    "mention": Words("{n} mention", "提及 {n} 次"),
    "mentions": Words("{n} mentions", "提及 {n} 次"),
    "characters": Words("{n} characters read", "已读 {n} 个字符"),
    "hidden": Words(
        "Characters that hide or turn text are shown by name:",
        "隐藏或改变文字方向的字符以名称显示：",
    ),
    "call": Words("The API call that gives this answer", "得到此结果的 API 调用"),
    "call_key": Words("Put a key into the variable STANDPOINT_KEY first.", "请先把密钥放入变量 STANDPOINT_KEY。"),
    "copy": Words("Copy", "复制"),
    "copied": Words("Copied", "已复制"),
    "model": Words("Model", "模型"),
    "codebook": Words("Codebook", "编码手册"),
    "caution": Words("A model's judgement, not a fact: check the evidence.", "这是模型的判断，并非事实：请核对依据。"),
    "wait": Words("Reading …", "正在读取……"),
    "failed": Words("The page could not be made", "页面未能生成"),
    "failed_hint": Words(
        "The service failed on this request. Tell whoever runs it this number, under which its log has the cause:",
        "服务处理此请求时出错。请把下面的编号告诉服务的管理者，日志中记有原因：",
    ),
    "failed_back": Words("Back to the page", "返回页面"),
}
"""Every text of the page that does not come from the codebook, the model or the article."""

PROBLEMS = {
    "blank": Words("There is no text to read. Paste an article.", "没有可读的文字。请粘贴一篇文章。"),
    "too-long": Words(
        "The article has {found} characters with its title; up to {limit} are read. Split it.",
        "文章连同标题有 {found} 个字符，最多读取 {limit} 个。请分段提交。",
    ),
    "no-key": Words("A known API key is needed. Enter one below.", "需要有效的 API 密钥。请在下方输入。"),
    "overloaded": Words(
        "Too many articles wait for the model. Try again in {seconds} s.",
        "等待模型的文章太多。请在 {seconds} 秒后重试。",
    ),
    "wrong-actors": Words(
        "Line {line} of the other actors is too much: up to {actors} lines are read, each with up to {names} names of "
        "{characters} characters.",
        "“另需查找的行为体”第 {line} 行超出限制：最多 {actors} 行，每行最多 {names} 个名称，"
        "每个名称最多 {characters} 个字符。",
    ),
    "body-too-large": Words("The article is too large. Split it.", "文章太大。请分段提交。"),
    "too-slow": Words("The article did not arrive in time. Send it again.", "文章未能及时送达。请重新提交。"),
    "compressed": Words("A compressed form is not read. Use this page's own.", "不读取压缩的表单。请使用本页的表单。"),
    "not-a-form": Words("Only this page's form is read here. Use it.", "此处只接受本页表单。请使用表单。"),
    "from-elsewhere": Words(
        "The article was sent from another site's page. Paste it here.", "文章由其他网站的页面发来。请在此粘贴。"
    ),
    "unknown-sample": Words("There is no such sample. Pick one below.", "没有这个样例。请在下方选择。"),
    "refused": Words("The model cannot read this article. Change its text.", "模型无法读取这篇文章。请修改文字。"),
}
"""What went wrong, by the name of the problem, and what to do."""


def chosen_language(wanted: str, accepted: str) -> str:
    """Return the language that is asked for, else the first of the browser's that there is, else English.

    >>> chosen_language("", "fr, zh-CN;q=0.8, en;q=0.9"), chosen_language("zh", "en"), chosen_language("xx", "zh-TW")
    ('en', 'zh', 'zh')
    """
    if wanted in LANGUAGES:
        return wanted
    ranges = sorted(map(_weighed, accepted.lower().split(",")), key=lambda item: -item[0])
    names = (name.strip().partition("-")[0] for weight, name in ranges if weight > 0)
    return next((name for name in names if name in LANGUAGES), "en")


def _weighed(item: str) -> tuple[float, str]:
    name, _, weight = item.partition(";")
    try:
        return float(weight.strip().removeprefix("q=") or 1), name
    except ValueError:
        return 0.0, name
