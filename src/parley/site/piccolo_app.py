"""One Piccolo app for all features: migrations of several apps run app by app, not by date (piccolo#1253)."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from parley.articles.articles.tables import (
    Article,
    ArticleImport,
    ImportPart,
    Media,
    MergedPassage,
    Original,
    Passage,
    RemovedPassage,
    Revision,
    Source,
)
from parley.discussion.comments.tables import (
    Comment,
    CommentSignature,
    CommentTranslation,
    CommentVersion,
    ImportedAddress,
    PassageCount,
    QuotedWords,
)
from parley.discussion.kept.tables import KeptItem
from parley.discussion.opinion_map.tables import PerspectiveMap, StatementVerdict
from parley.discussion.statements.tables import MergedStatement, StatementProposal
from parley.discussion.thesis.tables import Thesis, ThesisAnswer
from parley.discussion.threads.tables import RoomModerator, SuggestedUpdate, Thread, ThreadStats, Topic, Visit
from parley.discussion.votes.tables import Vote
from parley.interfaces.api.tables import ApiToken
from parley.interfaces.embed.tables import CommentSite, EmbedCode, FirstComment, Site
from parley.interfaces.feeds.tables import HubPosition, LinkPicture
from parley.interfaces.inbound_feeds.tables import FeedHost, FeedItem, InboundFeed
from parley.interfaces.search.tables import SearchDocument, SearchWord
from parley.interfaces.webhooks.tables import Webhook, WebhookDelivery
from parley.interfaces.webmentions.tables import Webmention
from parley.letters.authors.tables import AuthorReply, Claim
from parley.letters.digests.tables import Issue, IssueItem, Pick, Subscription
from parley.letters.notifications.tables import (
    Follow,
    Notification,
    NotificationPreference,
    QuietHours,
    TopicFollow,
    UnreadChange,
    UnreadCount,
)
from parley.moderation.appeals.tables import Appeal, SecondLook
from parley.moderation.automod.tables import CommentLabel, Hit, Rule, RuleVersion, SpamTraining
from parley.moderation.backtests.tables import Backtest
from parley.moderation.decisions.tables import Decision, MassUndo
from parley.moderation.guidelines.tables import SavedReason
from parley.moderation.modlog.tables import ModAction
from parley.moderation.modmembers.tables import Note
from parley.moderation.modqueue.tables import BulkDecision, BulkItem
from parley.moderation.raids.tables import Raid, RaidHold
from parley.moderation.reports.tables import QueueItem, Report
from parley.moderation.rights.tables import RightsRequest
from parley.moderation.rings.tables import VoteRing
from parley.moderation.signups.tables import Invitation, SignUp
from parley.own_data.comment_claims.tables import ImportedClaim
from parley.own_data.erasure.tables import SanctionedAddress
from parley.own_data.exports.tables import Export, ExportPart
from parley.people.accounts.tables import (
    AddressChange,
    Authenticator,
    Block,
    ErasedName,
    ErasedNameKey,
    FactorRecovery,
    FormerName,
    Member,
    MutedWord,
    Passkey,
    RecoveryCode,
    Session,
    Token,
    UsedChallenge,
)
from parley.people.community.tables import Community, Guideline, GuidelineWording, PageText
from parley.people.mail.tables import Mail, MailAddress, MailBounce, MailDomain
from parley.people.sso.tables import Identity, UsedState
from parley.platform.db.tables import Event, JobFailure, RateBucket

TABLES = [
    # Deleting from others adds to it.
    UnreadChange,
    Event, RateBucket, JobFailure, Mail, MailDomain, MailAddress, MailBounce,
    Member, Session, Token, Authenticator, RecoveryCode, Passkey, UsedChallenge, FactorRecovery, FormerName,
    AddressChange, ErasedName, ErasedNameKey,
    Identity, UsedState, Invitation, SignUp,
    Community, Guideline, GuidelineWording, SavedReason, Block, MutedWord,
    Source, Article, Revision, Passage, MergedPassage, Media, Original, RemovedPassage, ArticleImport, ImportPart,
    Topic, RoomModerator, Thread, ThreadStats, Visit, SuggestedUpdate, Thesis, ThesisAnswer,
    Comment, CommentSignature, CommentVersion, CommentTranslation, ImportedAddress,
    PassageCount, QuotedWords, ImportedClaim,
    Vote, KeptItem, PerspectiveMap, StatementVerdict,
    StatementProposal, MergedStatement,
    QueueItem, Report, RightsRequest, Raid, RaidHold, BulkDecision, BulkItem,
    Decision, MassUndo, Appeal, SecondLook, Note, VoteRing, ModAction, Rule, RuleVersion, Hit, CommentLabel,
    SpamTraining, Backtest,
    Notification, UnreadCount, Follow, TopicFollow, NotificationPreference, QuietHours,
    Subscription, Issue, IssueItem, Pick, Claim, AuthorReply, LinkPicture, HubPosition,
    SearchDocument, SearchWord,
    Site, EmbedCode, CommentSite, FirstComment,
    InboundFeed, FeedItem, FeedHost,
    Export, ExportPart, SanctionedAddress,
    ApiToken, Webhook, WebhookDelivery, Webmention,
    PageText,
]  # fmt: skip

APP_CONFIG = AppConfig(
    app_name="parley",
    migrations_folder_path=str(Path(__file__).parents[1] / "platform" / "migrations"),
    table_classes=TABLES,
)
