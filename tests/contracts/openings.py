"""What a merchant of each service sets up first: things with rules that no generator guesses.

As text protos. All else that ``seeding.py`` needs, it finds by itself.
"""

from __future__ import annotations

DATES = "start_time { seconds: 1777600000 } end_time { seconds: 1790000000 }"

# Service → (method, request); request ids are added.
OPENINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "wallet": (
        ("AccountService.AdjustBalance", "member_id: 'u-1' principal_fen: 90000 reason: 'x'"),
        (
            "RechargeService.SetRechargePlan",
            "plan { plan_id: 'p' state: STATE_ON_SALE pay_fen: 10000 terms { bonus_fen: 500 } }",
        ),
        ("RechargeService.CreateRecharge", "member_id: 'u-1' plan_id: 'p'"),
        (
            "PunchTemplateService.SavePunchTemplate",
            "template_id: 'punch' name: 'ten' kind: PUNCH_KIND_COUNT price_fen: 1000"
            " allowances { item_ids: 'a' visits: 10 list_visit_price_fen: 2000 } valid_days: 90"
            " shareable: true transferable: true",
        ),
        (
            "PunchTemplateService.SetPunchTemplateOnSale",
            "template_id: 'punch' on_sale: true",
        ),
        ("PunchCardService.BuyPunchCard", "template_id: 'punch' member_id: 'u-1'"),
        (
            "PayPasswordService.SetPayPassword",
            "member_id: 'member-1' password: '135790'",
        ),
    ),
    "groupbuy": (
        (
            "ActivityService.CreateActivity",
            "activity_id: 'act' terms { mode: MODE_NORMAL name: 'tea' size: 2"
            f" skus {{ sku_id: 'tea' price_fen: 900 }} }} {DATES}"
            " stock { sku_id: 'tea' total: 100 }",
        ),
        ("ActivityService.PublishActivity", "activity_id: 'act'"),
        (
            "BargainService.SetBargainActivity",
            "activity_id: 'cut' terms { name: 'kettle' sku_id: 'k' start_fen: 10000"
            f" floor_fen: 1000 cuts: 2 }} {DATES}",
        ),
        (
            "AssistService.SetAssistActivity",
            "activity_id: 'help' terms { name: 'coupon' needed: 1"
            f" prize {{ kind: KIND_COUPON amount: 1 ref: 't1' }} }} {DATES}",
        ),
        (
            "GroupService.OpenGroup",
            "activity_id: 'act' member_id: 'u-1' order_id: 'o-1' sku_id: 'tea' qty: 1",
        ),
        ("BargainService.OpenBargain", "activity_id: 'cut' member_id: 'u-1'"),
        ("AssistService.OpenAssist", "activity_id: 'help' member_id: 'u-1'"),
    ),
    "commission": (
        (
            "ProgrammeService.SetProgramme",
            "programme { level_cap: 1 l1_bp: 1000 cap_bp: 3000 refund_window_days: 7"
            " validity_days: -1 protection_days: -1 guide_pool_bp: 200 sales_share_bp: 7000"
            " conflict: CONFLICT_BOTH guide_validity_days: -1 guide_protection_days: -1 }",
        ),
        (
            "ReferralService.CreateReferralProgramme",
            "programme { programme_id: 'ref' active: true referrers: REFERRER_KIND_MEMBER"
            " rewards { to: TO_REFERRER kind: KIND_CASH on: ON_FIRST_ORDER_COMPLETED"
            " ladder { first: 1 amount: 500 } } min_order_fen: 1 window_days: 30"
            " refund_window_days: 7 }",
        ),
        (
            "WithdrawalService.SetWithdrawalPolicy",
            "policy { min_fen: 1 max_fen: 100000 day_fen: 1000000 }",
        ),
    ),
    "coupon": (
        (
            "TemplateService.SetTemplate",
            "template_id: 't' settings { name: 'ten off' terms { kind: COUPON_KIND_CASH"
            " face_fen: 1000 } validity { kind: KIND_DAYS amount: 90 }"
            " limits { total: 1000 } }",
        ),
        ("TemplateService.ActivateTemplate", "template_id: 't'"),
        (
            "GrantService.Grant",
            "grant_id: 'g' template_id: 't' member_id: 'u-1' quantity: 3",
        ),
        ("CouponService.Claim", "template_id: 't' member_id: 'u-1'"),
        (
            "PackService.SetPackOffer",
            "offer_id: 'pack' price_fen: 990 items { template_id: 't' quantity: 2 }",
        ),
        ("PackService.BuyPack", "offer_id: 'pack' member_id: 'u-1'"),
        (
            "PromotionService.SetPromotion",
            "promotion_id: 'promo' terms { kind: PROMOTION_KIND_FULL_REDUCTION"
            f" steps {{ threshold_fen: 100 off_fen: 10 }} }} {DATES}",
        ),
        ("GrantService.CreateGrantBatch", "batch_id: 'b' template_id: 't' members: 2"),
        ("GrantService.AddGrantMembers", "batch_id: 'b' page: 0 member_ids: ['u-1', 'u-2']"),
    ),
    "loyalty": (
        (
            "MemberService.Enroll",
            "identities { phone: '13800138001' } channel: ENROL_CHANNEL_MINI",
        ),
        (
            "MemberService.Enroll",
            "identities { phone: '13800138002' } channel: ENROL_CHANNEL_POS",
        ),
        (
            "TierService.SetTierScheme",
            "metric: TIER_METRIC_GROWTH validity_days: 365"
            " tiers { tier_id: 'v1' level: 1 name: 'one' }"
            " tiers { tier_id: 'v2' level: 2 name: 'two' threshold: 100 keep_threshold: 50 }",
        ),
        (
            "ExchangeService.SetExchangeItem",
            "item { item_id: 'mug' kind: EXCHANGE_KIND_GIFT points: 1 stock: 50"
            " state: STATE_ON_OFFER }",
        ),
        (
            "PointsService.EarnPoints",
            "member_id: 'u-1' source: POINTS_SOURCE_MANUAL source_id: 's' points: 500",
        ),
        ("ExchangeService.ExchangeGift", "member_id: 'u-1' item_id: 'mug' quantity: 2"),
    ),
    "automation": (
        (
            "PolicyService.SetMessageTemplate",
            "template_id: 't' name: 'n' purpose: PURPOSE_MARKETING channels: CHANNEL_SMS"
            " variants { channel: CHANNEL_SMS platform_template_id: 'p1' }",
        ),
        (
            "JourneyService.UpsertJourney",
            "journey_id: 'j' definition { trigger { kind: OCCURRENCE_KIND_ORDER_PAID }"
            " steps { step_id: 'wait' next: 'points' wait { seconds: 3600 } }"
            " steps { step_id: 'points' points { points: 10 } } }",
        ),
        ("JourneyService.ActivateJourney", "journey_id: 'j' version: 1"),
        (
            "CampaignService.SendCampaign",
            "campaign_id: 'c' name: 'n' template_id: 't' member_ids: ['u-1', 'u-2']",
        ),
    ),
    "audience": (
        (
            "ProfileService.DefineAttribute",
            "attribute { name: 'city' type: TYPE_CHOICE allowed: ['Shanghai'] }",
        ),
        ("TagService.DefineTag", "tag { tag_id: 'vip' name: 'vip' }"),
    ),
}
