"""Commission: distribution, guides, referral of card opening, settlement and payout."""
