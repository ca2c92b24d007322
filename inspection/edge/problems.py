"""Problems as the reader meets them: a status, a sentence in their language, what is safe and next.

Each code also has a heading in docs/problems.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from inspection.domain import office_problems, problems
from inspection.domain.problems import Problem
from inspection.edge.language import language

STATUS_OF: dict[type[Problem], int] = {
    problems.NotSignedIn: 401,
    problems.CredentialsWrong: 401,
    problems.TooManyTries: 429,
    problems.NotAllowed: 403,
    problems.InvitationUnknown: 404,
    problems.InvitationExpired: 410,
    problems.InvitationUsed: 410,
    problems.InvitationWithdrawn: 410,
    problems.InvitationLimit: 429,
    problems.OriginForeign: 403,
    problems.FormExpired: 403,
    problems.DemonstrationRefused: 403,
    problems.NotFound: 404,
    problems.ChecklistUnknown: 404,
    problems.RevisionUnpublished: 404,
    problems.ChecklistAltered: 500,
    problems.DraftMovedOn: 409,
    problems.DraftOpen: 409,
    problems.DraftFaulty: 422,
    problems.DraftFull: 422,
    problems.SecondPersonNeeded: 403,
    problems.SettingsIncomplete: 500,
    problems.ContentTypeWrong: 415,
    problems.JsonMalformed: 400,
    problems.CursorMalformed: 400,
    problems.RecordTooLarge: 413,
    problems.RecordConflict: 409,
    problems.RecordUuidMismatch: 422,
    problems.JwsMalformed: 422,
    problems.PayloadMalformed: 422,
    problems.RecordExcessive: 422,
    problems.SignatureInvalid: 422,
    problems.KeyUnknown: 422,
    problems.KeyRevoked: 422,
    problems.KeyMalformed: 422,
    problems.KeyTaken: 409,
    problems.TooManyUploads: 429,
    problems.BlobUnknown: 404,
    problems.BlobOffsetWrong: 409,
    problems.BlobTooLarge: 413,
    problems.BlobPieceTooLarge: 413,
    problems.BlobDigestMismatch: 422,
    problems.StorageFull: 507,
    problems.StepNotAllowed: 409,
    problems.StepIncomplete: 422,
    problems.CaseIncomplete: 422,
    office_problems.TipoffsCrowded: 429,
    office_problems.TipoffSentAlready: 409,
    office_problems.TipoffSecretWrong: 403,
    office_problems.TipoffMovedOn: 409,
    office_problems.IncidentIncomplete: 422,
    office_problems.IncidentReported: 409,
    office_problems.OrderIncomplete: 422,
    office_problems.OrderMovedOn: 409,
    office_problems.WorkListHeadless: 422,
    office_problems.WorkListTooLong: 422,
    problems.HazardMovedOn: 409,
    problems.PhotoUnfit: 422,
    problems.LadderUnfit: 422,
    problems.LadderMovedOn: 409,
    problems.UnitUnfit: 422,
    problems.SubscriptionUnfit: 422,
    problems.DocumentTooLarge: 413,
    problems.WorkbookTooLarge: 413,
    problems.WorkbookForeign: 422,
    problems.WorkbookMacros: 422,
    problems.WorkbookExcessive: 422,
    problems.WorkbookWithoutItems: 422,
    problems.ChecklistTooLong: 422,
    problems.FormUnfit: 422,
    problems.GlyphMissing: 422,
    problems.PaperUnfit: 409,
    problems.PremisesOdd: 422,
    problems.PaperIncomplete: 422,
    problems.OfficerMissing: 403,
    problems.SecondOfficerNeeded: 403,
    problems.IssuerUnnamed: 409,
    problems.MarkTaken: 409,
    problems.PaperStands: 409,
    problems.PaperMovedOn: 409,
    problems.SheetTooLong: 422,
    office_problems.DispatchEntryOdd: 422,
    office_problems.DispatchTermsOdd: 422,
    office_problems.DispatchMonthOpen: 409,
    office_problems.DispatchLocked: 409,
    office_problems.DispatchNoteMissing: 422,
    office_problems.DispatchMovedOn: 409,
    office_problems.DispatchNobodyToRemind: 409,
    office_problems.CampaignOdd: 422,
    office_problems.CampaignClosed: 409,
    office_problems.RevisitOdd: 422,
    office_problems.SelectionOdd: 422,
    office_problems.SelectionTooEarly: 409,
    office_problems.SelectionOver: 409,
    problems.WarrantMissing: 422,
    problems.TimestampUnavailable: 503,
    problems.SealUnavailable: 503,
    problems.WorkOverrun: 503,
    problems.WorkBusy: 503,
    problems.TooManyExaminations: 429,
    problems.RecordIncomplete: 409,
    problems.ReportMovedOn: 409,
    problems.OwnFileForeign: 422,
    problems.OwnFileOutdated: 409,
    problems.OwnFileUnsigned: 422,
    problems.OwnFileTooLarge: 413,
    problems.OwnFileAltered: 422,
    problems.OwnSignatureMany: 422,
    problems.OwnFieldWrong: 422,
    problems.OwnSignatureBroken: 422,
    problems.OwnSignatureLocks: 422,
    problems.OwnCertificateExpired: 422,
    problems.OwnFieldAbsent: 409,
    problems.OpinionsFull: 409,
    problems.OpinionOnOwnRecord: 403,
    problems.OpinionPlaceMissing: 409,
    problems.SelectionEmpty: 422,
    problems.DownloadTooLarge: 413,
    problems.ListTooLong: 413,
    problems.WorkbookIncomplete: 500,
    problems.LedgerBroken: 500,
}

RETRY_AFTER_SECONDS = {413: 3600, 503: 10, 507: 300}
"""How long a client should wait where the answer may change; 429 carries its own."""


@dataclass(frozen=True)
class Spoken:
    """A problem in words: what happened, what is safe, what to do next."""

    code: str
    sentence: str
    safe: str
    next: str

    @property
    def whole(self) -> str:
        """All of it in one run, as it stands beside a field; English parts its sentences."""
        gap = "" if language() == "zh" else " "
        return gap.join(filter(None, (self.sentence, self.safe, self.next)))


def spoken(problem: Problem) -> Spoken:
    """Put a problem into the reader's language."""
    return spoken_code(problem.code)


def spoken_code(code: str) -> Spoken:
    """Put the problem with this code into the reader's language."""
    return Spoken(code, sentence(code), safe(code), what_next(code))


def sentence(code: str) -> str:
    """What happened, in one sentence."""
    return {
        "not_signed_in": _("还没有登录，或登录已过期。"),
        "credentials_wrong": _("用户名或密码不对。"),
        "too_many_tries": _("试的次数太多，请稍后再登录。"),
        "not_allowed": _("您的角色没有这项权限。"),
        "invitation_unknown": _("没有这张邀请码：可能抄错了，或是别的服务器发的。"),
        "invitation_expired": _("这张邀请码已过期，邀请码只在 15 分钟内有效。"),
        "invitation_used": _("这张邀请码已经用过，每张只能用一次。"),
        "invitation_withdrawn": _("这张邀请码已作废。"),
        "invitation_limit": _("邀请码发得太频繁，请稍后再发。"),
        "origin_foreign": _("这个请求来自别的网站，没有执行。"),
        "form_expired": _("页面打开太久，表单已失效。"),
        "demonstration_refused": _("正式环境不能使用演示账号。"),
        "not_found": _("没有找到，或不在您的管辖范围内。"),
        "checklist_unknown": _("没有这张检查表。"),
        "revision_unpublished": _("检查表的这个版本没有发布过。"),
        "checklist_altered": _("已发布的检查表被改动过，不能使用。"),
        "draft_moved_on": _("您打开之后，别人改过、送审或处理了这份草稿。"),
        "draft_open": _("这份检查表的下一版已经有人在起草。"),
        "draft_faulty": _("草稿还有要改的地方，不能送审或发布。"),
        "draft_full": _("检查表太长：最多 500 项、2 MB，请分成几份。"),
        "second_person_needed": _("这一步要由另一位有权限的人来办，同一个人不能连着办两步。"),
        "settings_incomplete": _("设置不完整。"),
        "content_type_wrong": _("发来的内容类型不对。"),
        "json_malformed": _("发来的数据格式不对。"),
        "cursor_malformed": _("同步游标无法识别。"),
        "record_too_large": _("检查记录超过 1 MB。"),
        "record_conflict": _("同一编号的记录已经收到过，但内容不同；两份都已保存，等待人工核对。"),
        "record_uuid_mismatch": _("记录内的编号与发送地址不一致。"),
        "jws_malformed": _("签名文件不完整或格式不对。"),
        "payload_malformed": _("签名里的内容不是检查记录。"),
        "record_excessive": _("检查记录里有一处超出了长度或数量的上限。"),
        "signature_invalid": _("签名与内容不符：内容在签名后被改动过。"),
        "key_unknown": _("签名所用的密钥没有在本系统登记。"),
        "key_revoked": _("签名所用的密钥已被注销。"),
        "key_malformed": _("登记的密钥不符合要求。"),
        "key_taken": _("这把密钥已登记在别人名下或已注销。"),
        "too_many_uploads": _("同时上传的文件太多。"),
        "blob_unknown": _("没有这个文件。"),
        "blob_offset_wrong": _("续传位置不对，请从服务器给出的位置继续。"),
        "blob_too_large": _("单个文件不能超过 20 MB。"),
        "blob_piece_too_large": _("每次最多传 256 KB。"),
        "blob_digest_mismatch": _("传来的文件与登记的摘要不符，请重新传。"),
        "storage_full": _("服务器存储空间已满，暂时收不下。"),
        "step_not_allowed": _("这一步现在不能办理。"),
        "step_incomplete": _("填写的内容不完整或不对。"),
        "case_incomplete": _("案件填写不完整，或者不合规定。"),
        "tipoffs_crowded": _("这会儿举报太集中，暂时收不下。"),
        "tipoff_sent_already": _("这一份已经收到过，没有重复登记。"),
        "tipoff_secret_wrong": _("查询码或口令不对。"),
        "tipoff_moved_on": _("您打开页面之后，这件举报已由别人办理过一步。"),
        "incident_incomplete": _("事故信息填写不完整，或时间不对。"),
        "incident_reported": _("这一报已经报过。"),
        "order_incomplete": _("填写的内容还不完整。"),
        "order_moved_on": _("您打开页面之后，别人已经办了这张交办单，或这一步现在不能办。"),
        "work_list_headless": _("工作簿里没有找到带“任务”一列的表头。"),
        "work_list_too_long": _("清单太长，一次最多交办 300 项。"),
        "hazard_moved_on": _("您打开页面之后，这条隐患已由别人办理过一步。"),
        "photo_unfit": _("这张照片没有收下：只收 20 MB、4000 万像素以内的 JPEG 或 PNG。"),
        "ladder_unfit": _("督促阶梯有几处填得不对。"),
        "unit_unfit": _("单位变更有几处填得不对。"),
        "ladder_moved_on": _("您打开页面之后，别人保存了督促阶梯的新版本。"),
        "subscription_unfit": _("这台浏览器给出的推送地址不能用，或开通的浏览器太多。"),
        "document_too_large": _("要核验的文件不能超过 50 MB。"),
        "workbook_too_large": _("工作簿不能超过 10 MB。"),
        "workbook_foreign": _(
            "读不出来：不是 .xlsx 工作簿，可能是改了名的 CSV、旧式 .xls，或加了密码、已损坏。"
        ),
        "workbook_macros": _("工作簿带有宏，没有打开。"),
        "workbook_excessive": _("工作簿展开后大得不像一张检查表，没有读完。"),
        "workbook_without_items": _("没有找到检查项：要有一行表头，其中一列叫“检查内容”。"),
        "checklist_too_long": _("一份检查表最多 500 项，这份工作簿里的超过了。"),
        "form_unfit": _("工作簿是 XLSForm，但不合它的规则。"),
        "glyph_missing": _("有字在现有字体中没有字形，报告暂停生成。"),
        "paper_unfit": _("这份检查记录不能出这种文书。"),
        "premises_odd": _("登记的行业、场所或人数不在可选范围内。"),
        "paper_incomplete": _("文书填写得不完整或不对。"),
        "officer_missing": _("文书由到场检查的人员签发，检查记录里没有您。"),
        "second_officer_needed": _("您已经签发过，要由另一位检查人员确认。"),
        "issuer_unnamed": _("您单位的发文简称还没有设置，不能编文号。"),
        "mark_taken": _("这个简称别的单位在用或用过，会编出相同的文号。"),
        "paper_stands": _("对同样的问题已有一份同类文书，正在签发或仍然有效。"),
        "sheet_too_long": _("一份签名的表最多 1000 行、30 万字，符合条件的超过了。"),
        "paper_moved_on": _("您打开页面之后，文书或其中的隐患有了变化，这次没有办成。"),
        "dispatch_entry_odd": _("填报的内容不完整或不对。"),
        "dispatch_terms_odd": _("起算日期或截止日不在可选范围内。"),
        "dispatch_month_open": _("这个月的调度表现在不用报：还没到统计截止日，或者已经报过。"),
        "dispatch_locked": _("这个月的调度表已经报送，更正的期限也过了。"),
        "dispatch_note_missing": _("更正已报的表，或者有数字比上月减少，要写明原因。"),
        "dispatch_moved_on": _("您打开页面之后，别人已经报送或更正了这张表。"),
        "dispatch_nobody_to_remind": _("这个单位还没有能报送调度表的人。"),
        "campaign_odd": _("专项行动的阶段填得不对。"),
        "campaign_closed": _("这个专项行动已经结束，不能再改。"),
        "revisit_odd": _("回头看的抽取或办理填得不对。"),
        "selection_odd": _("这次双随机还不能公布：有几处要改。"),
        "selection_too_early": _("还没到公布的抽取时间，公开数值还不会有。"),
        "selection_over": _("这次双随机已经抽取、撤回，或已到抽取时间。"),
        "warrant_missing": _("没有本人的设备签名，不能使用其证书。"),
        "timestamp_unavailable": _("时间戳服务器没有给出可用的时间。"),
        "seal_unavailable": _("存放封印密钥的设备暂时不能签名。"),
        "work_overrun": _("处理时间过长，已中止。"),
        "work_busy": _("服务器正在核验别人的文件，这一份还没有开始。"),
        "too_many_examinations": _("您这里刚才核验的文件太多。"),
        "record_incomplete": _("照片还没有收齐，报告稍后生成。"),
        "report_moved_on": _("报告在这期间有了新的版本，这次没有加上。"),
        "own_file_foreign": _("这不是本报告的文件：开头与本系统出具的文件不同。"),
        "own_file_outdated": _("签的是报告的旧版本。"),
        "own_file_unsigned": _("文件里没有新的签名。"),
        "own_file_too_large": _("文件里增加的内容超过一个签名所需（最多 1 MB）。"),
        "own_file_altered": _("除了签名，文件里还有别的改动。"),
        "own_signature_many": _("文件里增加了不止一个签名，或保存了不止一次。"),
        "own_field_wrong": _("签名不在为您保留的签名域里。"),
        "own_signature_broken": _("新的签名与文件内容不符，或没有覆盖整个文件。"),
        "own_signature_locks": _("签名把文件锁定了：后来的审核意见和签名会使它失效。"),
        "own_certificate_expired": _("签名所用的证书已过期，或尚未生效。"),
        "own_field_absent": _("这份报告没有为您保留签名域，或您已经签过。"),
        "opinions_full": _("这份报告已有两条审核意见，版面上没有更多位置。"),
        "opinion_on_own_record": _("检查记录里写有您本人，不能由您出具审核意见。"),
        "opinion_place_missing": _("这份报告出具较早，版面上没有留审核意见的位置。"),
        "selection_empty": _("您的范围内没有符合条件的报告。"),
        "download_too_large": _("一次最多打包 500 份报告、共 1 GB。"),
        "list_too_long": _("清单太长，一张工作表放不下。"),
        "workbook_incomplete": _("导出的文件缺行，已作废。"),
        "ledger_broken": _("台账链条断裂。"),
    }[code]


_HELD_SAFE = (
    "record_conflict",
    "record_uuid_mismatch",
    "jws_malformed",
    "payload_malformed",
    "record_excessive",
    "signature_invalid",
    "key_unknown",
    "key_revoked",
)
_UPLOADS = (
    "too_many_uploads",
    "blob_offset_wrong",
    "blob_digest_mismatch",
    "storage_full",
    "record_incomplete",
)


def safe(code: str) -> str:
    """What is not lost, or nothing where nothing was at stake."""
    if code in _HELD_SAFE:
        return _("原始数据已在服务器隔离保存，平板上的也不会删除。")
    if code in _UPLOADS:
        return _("已传的部分都在，平板上的也不会删除。")
    if code == "report_moved_on" or code.startswith("own_"):
        return _("报告没有变，这次上传的内容没有加进去。")
    return {
        "draft_moved_on": _("两边写的都没有丢。"),
        "step_not_allowed": _("台账没有变。"),
        "step_incomplete": _("台账没有变，已填的内容还在表单里。"),
        "case_incomplete": _("台账没有变，已填的内容还在表单里。"),
        "tipoffs_crowded": _("您填的文字还在页面上。"),
        "incident_incomplete": _("台账没有变，已填的内容还在表单里。"),
        "hazard_moved_on": _("台账没有变，您填的内容还在表单里。"),
        "ladder_unfit": _("原来的版本照常使用，您填的内容还在表单里。"),
        "unit_unfit": _("单位没有变，您填的内容还在表单里。"),
        "ladder_moved_on": _("您填的内容没有保存，现在用的是别人的版本。"),
        "subscription_unfit": _("收件箱和邮件照常收。"),
        "not_signed_in": _("平板上填的内容都在。"),
        "form_expired": _("平板上填的内容都在。"),
        "glyph_missing": _("记录、照片和签名已完整收存，台账不受影响。"),
        "timestamp_unavailable": _("记录、照片和签名已完整收存，台账不受影响。"),
        "seal_unavailable": _("记录、照片和签名已完整收存，台账不受影响。"),
        "work_busy": _("文件没有留存，原件不受影响。"),
        "too_many_examinations": _("文件没有留存，原件不受影响。"),
    }.get(code, "")


def what_next(code: str) -> str:
    """What the reader can do, or nothing where that is plain."""
    return {
        "not_signed_in": _("请登录后再试。"),
        "form_expired": _("请返回刷新页面，再提交一次。"),
        "step_not_allowed": _("请打开隐患页面，看现在能办哪一步。"),
        "step_incomplete": _("请改好标出的各项，再提交。"),
        "case_incomplete": _("请改好标出的各项，再提交。"),
        "tipoffs_crowded": _("请过几分钟再交；情况紧急请打 12350。"),
        "tipoff_sent_already": _("请用当时给您的查询码和口令查看办理情况。"),
        "tipoff_secret_wrong": _("请对照记下的字母再输一次；大小写和空格不影响。"),
        "tipoff_moved_on": _("请打开举报页面，看现在的情况。"),
        "incident_incomplete": _("请改好标出的各项，再提交。"),
        "incident_reported": _("有新情况请写续报。"),
        "order_incomplete": _("请改好标出的各项，再提交。"),
        "order_moved_on": _("请先看现在的情况，再决定是否还要提交。"),
        "work_list_headless": _("请对照模板改表头，再传。"),
        "work_list_too_long": _("请分成几份，分别上传。"),
        "hazard_moved_on": _("请先看别人办了什么，再决定是否还要提交。"),
        "ladder_unfit": _("请按每一处的提示修改后再保存。"),
        "unit_unfit": _("请按每一处的提示修改后再提交。"),
        "ladder_moved_on": _("请重新打开页面，看过新版本再改。"),
        "subscription_unfit": _("请先停用不用的浏览器，或换一个浏览器再试。"),
        "invitation_unknown": _("请对照办公室的屏幕再输一次，或请办公室重新发一张。"),
        "invitation_expired": _("请办公室重新发一张。"),
        "invitation_used": _("请办公室重新发一张。"),
        "invitation_withdrawn": _("请扫办公室屏幕上最新的一张。"),
        "record_conflict": _("请联系管理员核对两份记录。"),
        "key_unknown": _("请在平板上重新登记，再请管理员处理隔离的记录。"),
        "key_revoked": _("请联系管理员。"),
        "storage_full": _("请通知管理员；稍后会自动再传。"),
        "report_moved_on": _("请下载最新版本，再签一次。"),
        "own_file_foreign": _("请从报告页下载最新版本，签名后直接保存，不要另存、打印或优化。"),
        "own_file_outdated": _("请下载最新版本，再签一次。"),
        "own_file_unsigned": _("请先在签名软件里签名并保存，再上传。"),
        "own_file_too_large": _("请不要附加图片和附件，只签名。"),
        "own_file_altered": _("请下载最新版本，只签名，不做别的改动。"),
        "own_signature_many": _(
            "请下载最新版本，只签一次；在签名软件里关掉时间戳和验证信息，本系统会加。"
        ),
        "own_field_wrong": _("请在签名软件里选报告页上写明的签名域，不要新画。"),
        "own_signature_broken": _("请下载最新版本，再签一次。"),
        "own_signature_locks": _("请在签名软件里关掉“签名后锁定文档”，再签一次。"),
        "own_certificate_expired": _("请换一张有效的证书再签。"),
        "not_found": _("请检查链接，或联系有权限的同事。"),
        "not_allowed": _("如有需要，请联系管理员。"),
        "opinions_full": _("需要再说明的，请写入督办或公文，并写明报告文号。"),
        "opinion_on_own_record": _("请由另一位审核人员出具。"),
        "opinion_place_missing": _("可以下载证据包，审核意见另行书面出具，并写明报告文号。"),
        "selection_empty": _("请返回，换一个条件。"),
        "download_too_large": _("请缩小时间段或行业，分几次下载。"),
        "list_too_long": _("请按单位、行业或日期分几次导出。"),
        "workbook_too_large": _("请去掉图片，只留表格，再传。"),
        "workbook_foreign": _(
            "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”，不加密码，再传。"
        ),
        "workbook_macros": _("请另存为不带宏的“Excel 工作簿（.xlsx）”，再传。"),
        "workbook_excessive": _("请把检查项复制到一份新的工作簿里，再传。"),
        "workbook_without_items": _("请对照模板改表头，再传。"),
        "checklist_too_long": _("请按专业或场所分成几份，分别上传。"),
        "form_unfit": _("请先用 ODK 或 KoBo 的工具检查这张表，改好再传。"),
        "workbook_incomplete": _("请重新导出；台账没有变动。"),
        "timestamp_unavailable": _("不用重做什么；服务器恢复后，报告会自动出具。"),
        "seal_unavailable": _("请管理员检查设备是否接好；接好后，报告会自动出具。"),
        "work_overrun": _("请稍后再试。"),
        "dispatch_entry_odd": _("请改好标出的各项，再提交。"),
        "dispatch_terms_odd": _("请改好标出的各项，再提交。"),
        "campaign_odd": _("请改好标出的各项，再提交。"),
        "campaign_closed": _("需要接着做的，请另立一个专项行动。"),
        "revisit_odd": _("请改好标出的各项，再提交。"),
        "selection_odd": _("请改好标出的各项，再提交。"),
        "selection_too_early": _("请到公布的时间之后再填数值、抽取。"),
        "selection_over": _("请刷新页面，看现在的情况；结果不能换，需要的另抽一次。"),
        "dispatch_locked": _("下个月的表会写明与这次的差别。"),
        "dispatch_note_missing": _("请写明原因，再提交。"),
        "dispatch_moved_on": _("请刷新页面，看过现在的表再办。"),
        "dispatch_nobody_to_remind": _("请先在“人员与平板”里给它添一个办公室人员。"),
        "paper_incomplete": _("请改好标出的各项，再提交。"),
        "officer_missing": _("请由检查记录中写明的检查人员办理。"),
        "second_officer_needed": _("请另一位检查人员登录后打开这份文书，核对并确认。"),
        "issuer_unnamed": _("请办公室或管理员在“发文单位”页面填写。"),
        "mark_taken": _("请换一个简称。"),
        "paper_stands": _("请先看已有的那份；要重出的，先撤回或撤销它。"),
        "sheet_too_long": _("请用条件缩小范围，分几份出具；只要数据的，导出 Excel 不受此限。"),
        "paper_moved_on": _("请刷新页面，看现在的情况。"),
        "draft_moved_on": _("请重新打开草稿，看现在的样子再接着改。"),
        "draft_open": _("请接着改那一份，或先把它作废。"),
        "draft_faulty": _("请打开草稿，改好标出的各处。"),
        "second_person_needed": _("请另一位有权限的同事登录后打开，核对并办理。"),
        "paper_unfit": _("请在检查记录的页面上选择列出的文书。"),
        "glyph_missing": _(
            "请管理员加装含有这些字的字体（办法见 docs/problems.md），报告随后会自动出具。"
        ),
        "work_busy": _("请半分钟后再交一次；只比对摘要不用等。"),
        "too_many_examinations": _("请过几分钟再试；只比对摘要不受限制。"),
    }.get(code, "")


def time_server_sentence(details: Mapping[str, Any]) -> str:
    """What was wrong with the time server, from the details of `timestamp_unavailable`."""
    server = details.get("server", "")
    words: dict[str, str] = {
        "down": _("时间戳服务器 %(server)s 没有应答。", server=server),
        "refused": _("时间戳服务器 %(server)s 拒绝了请求。", server=server),
        "clock": _("时间戳服务器 %(server)s 的时间与本服务器相差五分钟以上。", server=server),
        "certificate": _("时间戳服务器 %(server)s 的证书不是设置里信任的那一家的。", server=server),
    }
    wrong: str = _("时间戳服务器 %(server)s 的应答不能用。", server=server)
    return words.get(str(details.get("reason")), wrong)
