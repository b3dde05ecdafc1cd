/** One of each template that the chat page draws, and one that it does not. */
export function templates(pictureUrl: string): Record<string, object> {
  const missing = `${pictureUrl}.missing`;
  return {
    button: {
      text: 'What can I do for you?',
      buttons: [
        { type: 'postback', title: 'Block my card', payload: 'BLOCK_CARD' },
        { type: 'phone_number', title: 'Call us', payload: '+15550100' },
      ],
    },
    generic: {
      elements: [
        { title: 'A pear', subtitle: 'Ripe', image_url: pictureUrl },
        { title: 'An apple', image_url: missing },
      ],
    },
    receipt: {
      recipient_name: 'Stephane Crozatier',
      order_number: '12345678902',
      currency: 'USD',
      payment_method: 'Visa 2345',
      order_url: 'https://example.com/order',
      timestamp: '1428444852',
      address: {
        street_1: '1 Hacker Way',
        city: 'Menlo Park',
        postal_code: '94025',
        state: 'CA',
        country: 'US',
      },
      summary: { subtotal: 75, shipping_cost: 4.95, total_cost: 56.14 },
      adjustments: [{ name: 'New customer', amount: 20 }],
      elements: [
        {
          title: 'White T-shirt',
          subtitle: 'Soft cotton',
          quantity: 2,
          price: 50,
          image_url: pictureUrl,
        },
        { title: 'Gray T-shirt', price: 25, image_url: missing },
      ],
    },
    notification_messages: {
      title: 'News about pears',
      image_url: pictureUrl,
      payload: 'PEARS',
      notification_messages_cta_text: 'GET_UPDATES',
    },
    one_time_notif_req: { title: 'When pears are back', payload: 'BACK' },
    coupon: {
      title: '10% off everything',
      coupon_code: '10PERCENT',
      coupon_url: 'https://example.com/coupon',
    },
    image_grid: {
      elements: [
        { title: 'Two pears', images: [{ url: pictureUrl }, { url: missing }] },
      ],
    },
    airline_checkin: {
      intro_message: 'Check-in is open.',
      checkin_url: `https://example.com/${'long/'.repeat(30)}`,
    },
  };
}
