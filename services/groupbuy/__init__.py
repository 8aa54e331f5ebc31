"""Group-buy (拼团): activities, groups, seats, settlement, bargains and assists."""
