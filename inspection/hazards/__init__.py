"""The central register of accident hazards (隐患台账): raised, followed, struck off."""
