"""What each grade of signature proves and what it does not (签名等级), in the report's own words.

Pure values; which grade a signature has is found in `content`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class GradeNote:
    """What one grade of signature proves, and what it does not."""

    grade: str
    proves: str
    not_proven: str


GRADES = {
    "device_key": GradeNote(
        "账号＋PIN＋设备密钥",
        "该账号的密钥在平板上经 PIN 解锁后签署了本记录的全部内容，签后任何改动都能被发现。",
        "输入 PIN 的是否本人；本系统内置证书不是持牌机构签发的个人证书。",
    ),
    "drawn": GradeNote(
        "手写笔迹",
        "笔迹与本记录的内容由检查人员的设备密钥一并签署，签后任何改动都能被发现。",
        "执笔人的身份，由在场检查人员见证。",
    ),
    "password": GradeNote(
        "账号＋密码",
        "以该账号登录的人重新输入密码，确认了本文件的全部内容；确认在用密钥之前记入台账，此后任何改动都能被发现。",
        "输入密码的是否本人；签名密钥由服务器保管，不由本人独占。",
    ),
}
