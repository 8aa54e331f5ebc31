-- A used coupon that its order gives back is void if it was recalled: by any recall of its template.
CREATE INDEX recalls_template ON recalls (merchant_id, template_id);
