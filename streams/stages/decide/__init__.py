"""Stage `decide`: per control room, facts and actions to alerts. The store keeps situations, `facts` and `stage` change them."""
